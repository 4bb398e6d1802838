"""Guardians: a minor invites one; the guardian accepts, and looks after what the ward does."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock, codes
from incentive.core.addresses import public_base
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.needs import OWN, RIGHTS, needs
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.people.caller import Caller, caller
from incentive.people.consents import notices
from incentive.people.consents.domain import Kind
from incentive.people.consents.errors import NoticeNotAgreed
from incentive.people.errors import ForeignOrigin
from incentive.people.guardians import service, wards
from incentive.people.guardians.service import Ward
from incentive.web import forms, queries
from incentive.web.me import SHIFTS_MAX, SHOWN_AFTER, shift
from incentive.web.notice_words import shown
from incentive.web.pictures import picture
from incentive.web.site import bp

AGE_WORDS: Final[dict[str, Text]] = {
    "under_14": _("under 14"),
    "under_18": _("under 18"),
}


@bp.get("/me/guardians")
@needs(RIGHTS)
def my_guardians() -> str:
    """Show a minor's guardians, and a guardian's wards."""
    return draw_guardians()


@bp.post("/me/guardians/invite")
@needs(OWN)
def invite_guardian() -> ResponseReturnValue:
    """Make an invitation and show its QR code, this once."""
    try:
        with transaction():
            made = service.invite(caller(), clock.now())
    except (Unauthenticated, Unavailable, ForeignOrigin):
        raise
    except IncentiveError as error:
        return draw_guardians(error), error.status
    url = f"{public_base().rstrip('/')}{url_for('web.guardian_invitation', code=made.code)}"
    return render_template(
        "web/guardian_invited.html",
        url=url,
        qr=picture(codes.svg(url)),
        expires_at=made.expires_at,
    )


@bp.get("/guardian/<code>")
@needs(OWN)
def guardian_invitation(code: str) -> ResponseReturnValue:
    """Show who invites, the notice to guardians, and the box to agree."""
    return draw_invitation(code)


@bp.post("/guardian/<code>")
@needs(OWN)
def accept_invitation(code: str) -> ResponseReturnValue:
    """Become the guardian, and consent."""

    def do(who: Caller, at: datetime) -> Text:
        service.accept(who, code, _agreed_notice(), at)
        return _(
            "You are the guardian now, and have consented. You can withdraw it here at any time."
        )

    return forms.act(
        do, done=url_for("web.my_guardians"), refused=lambda error: draw_invitation(code, error)[0]
    )


@bp.get("/me/wards/<uuid:minor_id>")
@needs(RIGHTS)
def ward(minor_id: UUID) -> str:
    """Show a ward's shifts, hours, points and consent."""
    return draw_ward(minor_id)


@bp.post("/me/wards/<uuid:minor_id>/consent")
@needs(OWN)
def consent_for_ward(minor_id: UUID) -> ResponseReturnValue:
    """Consent for a ward again."""

    def do(who: Caller, at: datetime) -> Text:
        service.consent(who, minor_id, _agreed_notice(), at)
        return _("You have consented. Shifts can be signed up for again.")

    done = url_for("web.ward", minor_id=minor_id)
    return forms.act(do, done=done, refused=lambda error: draw_ward(minor_id, error))


@bp.post("/me/wards/<uuid:minor_id>/withdraw")
@needs(RIGHTS)
def withdraw_for_ward(minor_id: UUID) -> ResponseReturnValue:
    """Withdraw the consent for a ward; the places on shifts to come are given back."""

    def do(who: Caller, at: datetime) -> Text:
        freed = wards.withdraw(who, minor_id, Kind.MINORS, at)
        return _("The consent is withdrawn; %(freed)s places were given back.", freed=freed)

    done = url_for("web.ward", minor_id=minor_id)
    return forms.act(do, done=done, refused=lambda error: draw_ward(minor_id, error))


def draw_guardians(refusal: IncentiveError | None = None) -> str:
    """Return the page of guardians and wards."""
    with transaction():
        who = caller()
        own = wards.guardians(who.person_id)
        mine = [_shown(each) for each in service.wards(who)]
        is_minor = service.is_minor(who.person_id)
    return render_template(
        "web/guardians.html",
        guardians=own["items"],
        needed=own["needed"],
        is_minor=is_minor,
        wards=mine,
        refusal=refusal,
    )


def draw_invitation(code: str, refusal: IncentiveError | None = None) -> tuple[str, int]:
    """Return the page on which a guardian accepts, or says that the invitation is spent."""
    inviter: Ward | None = None
    status = 200
    with transaction():
        caller()
        at = clock.now()
        try:
            inviter = service.invited_by(code, at)
        except IncentiveError as error:
            refusal, status = refusal or error, error.status
        notice = shown(notices.holding(Kind.MINORS, at))
    page = render_template(
        "web/guardian_invitation.html", code=code, inviter=inviter, notice=notice, refusal=refusal
    )
    return page, status


def draw_ward(minor_id: UUID, refusal: IncentiveError | None = None) -> str:
    """Return the page of a ward."""
    with transaction():
        who, at = caller(), clock.now()
        found = service.ward(who, minor_id)
        notice = shown(notices.holding(Kind.MINORS, at))
        rows = queries.shifts_of(minor_id, at - SHOWN_AFTER, SHIFTS_MAX)
        balances = ledger.usable_balances(f"person:{minor_id}", day_of(at))
        minutes = queries.verified_minutes(minor_id)
        shifts = [shift(row) | {"state": row.status} for row in rows]
    return render_template(
        "web/ward.html",
        ward=_shown(found),
        notice=notice,
        shifts=shifts,
        points=sum(each.points for each in balances if each.purpose == "available"),
        minutes=minutes,
        refusal=refusal,
    )


def _agreed_notice() -> UUID:
    notice_id = forms.identifier("notice")
    if notice_id is None or "agree" not in request.form:
        raise NoticeNotAgreed
    return notice_id


def _shown(each: Ward) -> dict[str, Any]:
    return {
        "id": each.id,
        "number": each.volunteer_number,
        "name": each.name,
        "age": AGE_WORDS.get(each.age_class or ""),
        "consented": each.consented,
    }
