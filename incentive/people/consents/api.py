"""The caller's own consents over HTTP."""

from typing import Any, Final

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import RIGHTS, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller
from incentive.people.consents import schemas as shapes
from incentive.people.consents import service
from incentive.people.consents.domain import Kind
from incentive.people.consents.giving import Giver
from incentive.people.consents.service import State

bp: Final = ApiBlueprint(
    "consents", __name__, description="What the caller agreed to, and withdrawing it"
)


@bp.get("/me/consents")
@needs(RIGHTS)
@bp.response(200, shapes.ConsentsSchema)
def list_consents() -> dict[str, Any]:
    """Return where each of your consents stands, and the notice in force for it."""
    with transaction():
        who = caller()
        return {"items": service.states(who.person_id, clock.now()), "must_read": who.must_read}


@bp.get("/me/consents/history")
@needs(RIGHTS)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, shapes.ConsentActPageSchema)
def list_history(query: dict[str, Any]) -> Page:
    """List what you, or somebody for you, agreed to and withdrew, the last first."""
    with transaction():
        return service.history(caller().person_id, **({"cursor": None} | query))


@bp.post("/me/consents")
@needs(RIGHTS)
@bp.arguments(shapes.NewConsentSchema)
@bp.once(201, shapes.ConsentSchema)
def give(given: dict[str, Any]) -> State:
    """Agree to a notice in force; for a sensitive item, tell it with the consent."""
    who, at = caller(), clock.now()
    more = {"value": given["value"], "id_type": given["id_type"]}
    kind = service.give(who.person_id, given["notice"], Giver(who.person_id), at, **more)
    return service.state(who.person_id, kind, at)


@bp.delete("/me/consents/<any(privacy,id_number,birth_month,address,minors):kind>")
@needs(RIGHTS)
@bp.response(200, shapes.ConsentSchema)
def withdraw(kind: str) -> State:
    """Withdraw a consent: what it was about is deleted; `effect` says what no longer works."""
    with transaction():
        who, at = caller(), clock.now()
        service.withdraw(who.person_id, Kind(kind), Giver(who.person_id), at)
        return service.state(who.person_id, Kind(kind), at)
