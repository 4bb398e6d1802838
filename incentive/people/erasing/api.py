"""Erasing persons over HTTP."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.addresses import client_network
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, RIGHTS, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people import proving
from incentive.people.caller import caller
from incentive.people.erasing import service
from incentive.people.erasing.models import Erasure
from incentive.people.erasing.schemas import (
    ErasureDecisionSchema,
    ErasureSchema,
    ListedErasureSchema,
    NewErasureSchema,
    OutlookSchema,
    ProposedErasureSchema,
)
from incentive.people.one_time.schemas import SentSchema
from incentive.people.one_time.service import Sent

bp: Final = ApiBlueprint("erasing", __name__, description="Being erased")


@bp.get("/me/erasure")
@needs(RIGHTS)
@bp.response(200, OutlookSchema)
def show_erasure() -> service.Outlook:
    """Show what stands in the way of erasing you, and how far an erasure is that you asked for."""
    with transaction():
        return service.outlook(caller().person_id, clock.now())


@bp.post("/me/erasure/code")
@needs(RIGHTS)
@bp.response(202, SentSchema)
def send_erasure_code() -> Sent:
    """Have a code sent to your own phone, by which you prove anew who you are."""
    with transaction():
        who = caller()
    return proving.send_code(who, clock.now())


@bp.post("/me/erasure")
@needs(RIGHTS)
@bp.arguments(NewErasureSchema)
@bp.response(201, ErasureSchema)
def ask_to_be_erased(given: dict[str, Any]) -> Erasure:
    """Have yourself erased in a week, for good; until then you can call it off.

    Takes no Idempotency-Key: a second time is refused, as it is asked for already.
    """
    at = clock.now()
    with transaction():
        who = caller()
    gives_up = given.pop("gives_up_points")
    return proving.prove_oneself(
        who,
        lambda holder: service.ask(holder.id, at, gives_up_points=gives_up),
        at,
        place=client_network(),
        **given,
    )


@bp.delete("/me/erasure")
@needs(RIGHTS)
@bp.response(200, ErasureSchema)
def call_erasure_off() -> Erasure:
    """Call your erasure off, while it has not begun."""
    with transaction():
        return service.call_off(caller(), clock.now())


@bp.get("/erasures")
@needs("person.erase", of=REACH)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(ListedErasureSchema))
def list_erasures(wanted: dict[str, Any]) -> Page:
    """List the erasures of your regions that are proposed, or wait for their week to end."""
    with transaction():
        return service.open_ones(caller(), cursor=wanted.get("cursor"), limit=wanted["limit"])


@bp.post("/persons/<uuid:person_id>/erasure")
@needs("person.erase", of=REGION)
@bp.arguments(ProposedErasureSchema)
@bp.once(201, ErasureSchema)
def propose_erasure(given: dict[str, Any], person_id: UUID) -> Erasure:
    """Propose to erase somebody who asked you for it; a second person decides."""
    return service.propose(person_id, by=caller(), at=clock.now(), **given)


@bp.post("/erasures/<uuid:erasure_id>/approve")
@needs("person.erase", of=REGION)
@bp.arguments(ErasureDecisionSchema)
@bp.response(200, ErasureSchema)
def approve_erasure(given: dict[str, Any], erasure_id: UUID) -> Erasure:
    """Let a proposed erasure go on; it is done in a week."""
    with transaction():
        return service.approve(erasure_id, given["reason"], caller(), clock.now())


@bp.post("/erasures/<uuid:erasure_id>/refuse")
@needs("person.erase", of=REGION)
@bp.arguments(ErasureDecisionSchema)
@bp.response(200, ErasureSchema)
def refuse_erasure(given: dict[str, Any], erasure_id: UUID) -> Erasure:
    """Have a proposed erasure not done."""
    with transaction():
        return service.refuse(erasure_id, given["reason"], caller(), clock.now())
