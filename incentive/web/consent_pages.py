"""My consents: what I agreed to, giving it with the item it is about, and withdrawing it."""

from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import OWN, RIGHTS, at_once, needs
from incentive.people.caller import Caller, caller
from incentive.people.consents import notices, service
from incentive.people.consents.domain import ITEMS, NAMES, Kind
from incentive.people.consents.errors import NoticeNotAgreed
from incentive.people.consents.giving import Giver
from incentive.people.consents.service import State
from incentive.people.identity import ID_TYPES, RESIDENT_ID
from incentive.web import forms
from incentive.web.addresses import pager
from incentive.web.notice_words import shown
from incentive.web.site import bp

HISTORY_MAX = 20
VALUE_MAX = 200
ID_TYPE_WORDS: dict[str, Text] = {
    "resident_id": _("Resident ID card"),
    "passport": _("Passport"),
    "hk_macau_permit": _("Hong Kong and Macau permit"),
    "taiwan_permit": _("Taiwan permit"),
    "foreign_id": _("Foreigner's ID card"),
}


@bp.get("/me/consents")
@needs(RIGHTS)
def my_consents() -> str:
    """Show where each consent stands, and all that was ever agreed to and withdrawn."""
    return draw_consents()


@bp.get("/me/consents/<any(id_number,birth_month,address):kind>")
@needs(OWN)
@at_once
def consent_item(kind: str) -> str:
    """Show the notice on an item, and the form to tell it with the consent."""
    return draw_item(Kind(kind))


@bp.post("/me/consents/<any(id_number,birth_month,address):kind>")
@needs(OWN)
def give_consent(kind: str) -> ResponseReturnValue:
    """Agree to an item's being kept, and tell it."""

    def do(who: Caller, at: datetime) -> Text:
        notice_id = forms.identifier("notice")
        if notice_id is None or "agree" not in request.form:
            raise NoticeNotAgreed
        value = forms.words("value", VALUE_MAX) or None
        id_type = request.form.get("id_type") or RESIDENT_ID
        service.give(
            who.person_id,
            notice_id,
            Giver(who.person_id),
            at,
            value=value,
            id_type=id_type if id_type in ID_TYPES else RESIDENT_ID,
        )
        if not service.state(who.person_id, Kind(kind), at).held:
            return _("It is asked for. Until your community decides, everything stays as it is.")
        return _(
            "“%(item)s” is kept, sealed, until you withdraw the consent.", item=NAMES[Kind(kind)]
        )

    done = url_for("web.my_consents")
    return forms.act(do, done=done, refused=lambda error: draw_item(Kind(kind), error))


@bp.post("/me/consents/<any(privacy,id_number,birth_month,address):kind>/withdraw")
@needs(RIGHTS)
def withdraw_consent(kind: str) -> ResponseReturnValue:
    """Withdraw a consent; what it was about is deleted."""

    def do(who: Caller, at: datetime) -> Text:
        service.withdraw(who.person_id, Kind(kind), Giver(who.person_id), at)
        if kind == Kind.PRIVACY:
            return _("Your consent is withdrawn. Now close the account, or agree again.")
        return _("“%(item)s” is deleted, and your consent withdrawn.", item=NAMES[Kind(kind)])

    return forms.act(do, done=url_for("web.my_consents"), refused=draw_consents)


def draw_consents(refusal: IncentiveError | None = None) -> str:
    """Return the page of one's consents."""
    with transaction():
        who, at = caller(), clock.now()
        states = [_shown(state) for state in service.states(who.person_id, at)]
        cursor = request.args.get("cursor")
        history = service.history(who.person_id, cursor=cursor, limit=HISTORY_MAX)
        own = who.volunteer_number
    return render_template(
        "web/my_consents.html",
        closing=url_for("web.my_erasure"),
        states=states,
        history=[_act(row, own) for row in history.items],
        pager=pager(history.next_cursor),
        must_read=who.must_read,
        refusal=refusal,
    )


def draw_item(kind: Kind, refusal: IncentiveError | None = None) -> str:
    """Return the page on which an item is told."""
    with transaction():
        who, at = caller(), clock.now()
        state = service.state(who.person_id, kind, at)
        page = shown(notices.holding(kind, at))
    return render_template(
        "web/consent_item.html",
        notice=page,
        state=_shown(state),
        id_types=list(ID_TYPE_WORDS.items()),
        typed=request.form.to_dict(),
        refusal=refusal,
    )


def _shown(state: State) -> dict[str, Any]:
    return {
        "kind": state.kind.value,
        "name": state.name,
        "given": state.given,
        "since": state.since,
        "version": state.agreed_version,
        "newest": state.notice.version,
        "outdated": state.is_outdated,
        "held": state.held,
        "effect": state.effect,
        "is_item": state.kind in ITEMS,
    }


def _act(row: Any, own: str) -> dict[str, Any]:
    return {
        "name": NAMES[Kind(row.kind)],
        "kind": row.kind,
        "version": row.version,
        "given": row.given,
        "at": row.at,
        "by": None if row.by == own else row.by,
        "capacity": row.capacity,
        "channel": row.channel,
        "network": row.network,
    }
