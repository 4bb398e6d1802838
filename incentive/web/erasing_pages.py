"""Being erased: asked for on one's own page, or by staff for who asked them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, RIGHTS, needs
from incentive.people import proving
from incentive.people.caller import Caller, caller
from incentive.people.erasing import service
from incentive.people.erasing.domain import COOLING_OFF
from incentive.people.errors import WrongCredentials
from incentive.people.service import person_by_number
from incentive.web import forms
from incentive.web.addresses import pager
from incentive.web.people_frame import tabs
from incentive.web.proof import proved
from incentive.web.site import bp

ROWS: Final = 20
_NUMBER_MAX: Final = 20
_SEE_OTHER: Final = 303


@bp.get("/me/erasure")
@needs(RIGHTS)
def my_erasure() -> str:
    """Say what being erased means, what stands in its way, and how far it is."""
    return _mine()


@bp.post("/me/erasure/code")
@needs(RIGHTS)
def send_my_erasure_code() -> ResponseReturnValue:
    """Have a code sent to one's own phone."""
    with transaction():
        who = caller()
    try:
        proving.send_code(who, clock.now())
    except Unavailable:
        raise
    except IncentiveError as error:
        return _mine(error), error.status
    flash(str(_("A code is on its way to your phone.")), "success")
    return redirect(url_for("web.my_erasure"), _SEE_OTHER)


@bp.post("/me/erasure")
@needs(RIGHTS)
def ask_for_my_erasure() -> ResponseReturnValue:
    """Have oneself erased in a week."""
    at, gives_up = clock.now(), "gives_up_points" in request.form
    try:
        proved(lambda holder: service.ask(holder.id, at, gives_up_points=gives_up))
    except Unavailable:
        raise
    except IncentiveError as error:
        return _mine(error), error.status
    flash(str(_("It is noted. Until the day named here you can call it off.")), "success")
    return redirect(url_for("web.my_erasure"), _SEE_OTHER)


@bp.post("/me/erasure/call-off")
@needs(RIGHTS)
def call_my_erasure_off() -> ResponseReturnValue:
    """Not be erased after all."""

    def do(who: Caller, at: datetime) -> Text:
        service.call_off(who, at)
        return _("It is called off. Everything stays as it was.")

    return forms.act(do, done=url_for("web.my_erasure"), refused=_mine)


@bp.get("/erasures")
@needs("person.erase", of=REACH)
def erasures() -> str:
    """List who is to be erased, and who is proposed for it."""
    return _theirs()


@bp.post("/erasures")
@needs("person.erase", of=REGION)
def propose_erasure() -> ResponseReturnValue:
    """Propose to erase somebody who asked for it."""

    def do(who: Caller, at: datetime) -> Text:
        number = forms.words("volunteer_number", _NUMBER_MAX, required=True)
        found = person_by_number(number.replace("-", "").replace(" ", ""))
        service.propose(
            found.id,
            forms.reason(),
            who,
            at,
            gives_up_points="gives_up_points" in request.form,
        )
        return _("It is proposed: a second person has to approve it.")

    return forms.act(do, done=url_for("web.erasures"), refused=_theirs)


@bp.post("/erasures/<uuid:erasure_id>/<any(approve,refuse):decision>")
@needs("person.erase", of=REGION)
def decide_erasure(erasure_id: UUID, decision: str) -> ResponseReturnValue:
    """Decide on what somebody else proposed."""

    def do(who: Caller, at: datetime) -> Text:
        if decision == "approve":
            service.approve(erasure_id, forms.reason(), who, at)
            return _("It is approved. The person can still call it off until the day named here.")
        service.refuse(erasure_id, forms.reason(), who, at)
        return _("It is not approved; nothing is erased.")

    return forms.act(do, done=url_for("web.erasures"), refused=_theirs)


def _mine(refusal: IncentiveError | None = None) -> str:
    with transaction():
        found = service.outlook(caller().person_id, clock.now())
    if isinstance(refusal, Unauthenticated) and not isinstance(refusal, WrongCredentials):
        raise refusal
    return render_template(
        "web/my_erasure.html", found=found, days=COOLING_OFF.days, refusal=refusal
    )


def _theirs(refusal: IncentiveError | None = None) -> str:
    with transaction():
        who = caller()
        page = service.open_ones(who, cursor=request.args.get("cursor"), limit=ROWS)
        own = [row.Erasure.id for row in page.items if row.Erasure.asked_by == who.person_id]
        around = tabs(who, "web.erasures")
    return render_template(
        "web/erasures.html",
        tabs=around,
        rows=page.items,
        own=own,
        refusal=refusal,
        typed=request.form,
        **pager(page.next_cursor),
    )
