"""Corrections of personal data: asked for on one's own page, decided by the community."""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, RIGHTS, needs
from incentive.people.amending import asking, service
from incentive.people.amending.domain import FIELDS, LABELS, VALUE_MAX
from incentive.people.amending.errors import CorrectionEnded, OwnCorrection, UnknownCorrection
from incentive.people.caller import Caller, caller
from incentive.people.errors import ForFamily, OutOfScope
from incentive.people.identity import ID_TYPES, RESIDENT_ID
from incentive.web import forms
from incentive.web.addresses import pager
from incentive.web.errors import FieldUnreadable
from incentive.web.people_frame import tabs
from incentive.web.site import bp

ROWS: Final = 20
# After these there is nothing to show of the request.
_NOT_TO_SEE: Final = (CorrectionEnded, ForFamily, OutOfScope, OwnCorrection, UnknownCorrection)


@bp.get("/me/corrections")
@needs(RIGHTS)
def my_corrections() -> str:
    """Show what one asked to have corrected, and how far it is."""
    return _mine()


@bp.post("/me/corrections")
@needs(RIGHTS)
def ask_for_correction() -> ResponseReturnValue:
    """Ask that something of one's own data say something else."""

    def do(who: Caller, at: datetime) -> Text:
        field, id_type = request.form.get("field", ""), request.form.get("id_type", RESIDENT_ID)
        if field not in FIELDS:
            raise FieldUnreadable("field")
        if id_type not in ID_TYPES:
            raise FieldUnreadable("id_type")
        value = forms.words("value", VALUE_MAX, required=True)
        asking.ask(who, field, value, forms.reason(), at, id_type=id_type)
        return _("It is asked for. Until your community decides, everything stays as it is.")

    return forms.act(do, done=url_for("web.my_corrections"), refused=_mine)


@bp.post("/me/corrections/<uuid:correction_id>/withdraw")
@needs(RIGHTS)
def take_correction_back(correction_id: UUID) -> ResponseReturnValue:
    """Take back what one asked for."""

    def do(who: Caller, at: datetime) -> Text:
        asking.withdraw(who, correction_id, at)
        return _("It is taken back, and what it said is deleted.")

    return forms.act(do, done=url_for("web.my_corrections"), refused=_mine)


@bp.get("/corrections")
@needs(service.PERMISSION, of=REACH)
def corrections() -> str:
    """List the corrections that wait."""
    return _waiting()


@bp.get("/corrections/<uuid:correction_id>")
@needs(service.PERMISSION, of=REGION)
def correction(correction_id: UUID) -> str:
    """Show one, masked."""
    with transaction():
        looked = service.look(correction_id, caller())
    return _one(looked)


@bp.post("/corrections/<uuid:correction_id>/reveal")
@needs(service.PERMISSION, "person.reveal", of=REGION)
def reveal_correction(correction_id: UUID) -> ResponseReturnValue:
    """Show one in full, for a reason that is recorded."""
    try:
        with transaction():
            looked = service.reveal(correction_id, forms.reason(), caller(), clock.now())
    except (Unauthenticated, Unavailable, *_NOT_TO_SEE):
        raise
    except IncentiveError as error:
        return _again(correction_id, error), error.status
    return _one(looked, full=True)


@bp.post("/corrections/<uuid:correction_id>/<any(approve,refuse):decision>")
@needs(service.PERMISSION, of=REGION)
def decide_correction(correction_id: UUID, decision: str) -> ResponseReturnValue:
    """Decide on one."""

    def do(who: Caller, at: datetime) -> Text:
        if decision == "approve":
            service.approve(correction_id, who, at)
            return _("It is corrected.")
        service.refuse(correction_id, forms.reason(), who, at)
        return _("It is refused; the person reads your reason.")

    def refused(error: IncentiveError) -> str:
        if isinstance(error, _NOT_TO_SEE):
            return _waiting(error)
        return _again(correction_id, error)

    return forms.act(do, done=url_for("web.corrections"), refused=refused)


def _mine(refusal: IncentiveError | None = None) -> str:
    with transaction():
        page = asking.own(caller(), cursor=request.args.get("cursor"), limit=ROWS)
    return render_template(
        "web/my_corrections.html",
        rows=page.items,
        labels=LABELS,
        value_max=VALUE_MAX,
        refusal=refusal,
        typed=request.form,
        **pager(page.next_cursor),
    )


def _waiting(refusal: IncentiveError | None = None) -> str:
    with transaction():
        who = caller()
        page = service.waiting(who, cursor=request.args.get("cursor"), limit=ROWS)
        around = tabs(who, "web.corrections")
    return render_template(
        "web/corrections.html",
        tabs=around,
        rows=page.items,
        labels=LABELS,
        refusal=refusal,
        **pager(page.next_cursor),
    )


def _again(correction_id: UUID, refusal: IncentiveError) -> str:
    with transaction():
        looked = service.look(correction_id, caller())
    return _one(looked, refusal)


def _one(
    looked: service.Looked, refusal: IncentiveError | None = None, *, full: bool = False
) -> str:
    return render_template(
        "web/correction.html", looked=looked, labels=LABELS, full=full, refusal=refusal
    )
