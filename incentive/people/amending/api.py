"""Correcting personal data over HTTP."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, RIGHTS, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.amending import asking, service
from incentive.people.amending import schemas as shapes
from incentive.people.amending.models import PersonCorrection
from incentive.people.caller import caller

bp: Final = ApiBlueprint("amending", __name__, description="Correcting personal data")


@bp.get("/me/corrections")
@needs(RIGHTS)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(shapes.PersonCorrectionSchema))
def list_own(query: dict[str, Any]) -> Page:
    """List the corrections that you asked for, the newest first."""
    with transaction():
        return asking.own(caller(), **({"cursor": None} | query))


@bp.post("/me/corrections")
@needs(RIGHTS)
@bp.arguments(shapes.NewPersonCorrectionSchema)
@bp.once(201, shapes.PersonCorrectionSchema)
def ask(given: dict[str, Any]) -> PersonCorrection:
    """Ask that your name, ID number or month of birth say something else; your community decides."""
    return asking.ask(caller(), at=clock.now(), **given)


@bp.delete("/me/corrections/<uuid:correction_id>")
@needs(RIGHTS)
@bp.response(200, shapes.PersonCorrectionSchema)
def withdraw(correction_id: UUID) -> PersonCorrection:
    """Take back what you asked for, while nobody has decided on it."""
    with transaction():
        return asking.withdraw(caller(), correction_id, clock.now())


@bp.get("/corrections")
@needs(service.PERMISSION, of=REACH)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(shapes.ListedPersonCorrectionSchema))
def list_waiting(query: dict[str, Any]) -> Page:
    """List the corrections of your regions that wait for a decision, the oldest first."""
    with transaction():
        return service.waiting(caller(), **({"cursor": None} | query))


@bp.get("/corrections/<uuid:correction_id>")
@needs(service.PERMISSION, of=REGION)
@bp.response(200, shapes.LookedPersonCorrectionSchema)
def show(correction_id: UUID) -> service.Looked:
    """Show a correction that waits, masked."""
    with transaction():
        return service.look(correction_id, caller())


@bp.post("/corrections/<uuid:correction_id>/reveal")
@needs(service.PERMISSION, "person.reveal", of=REGION)
@bp.arguments(shapes.PersonCorrectionReasonSchema)
@bp.response(200, shapes.LookedPersonCorrectionSchema)
def reveal(given: dict[str, Any], correction_id: UUID) -> service.Looked:
    """Show a correction that waits in full; that you looked, and why, is recorded."""
    with transaction():
        return service.reveal(correction_id, given["reason"], caller(), clock.now())


@bp.post("/corrections/<uuid:correction_id>/approve")
@needs(service.PERMISSION, of=REGION)
@bp.response(200, shapes.PersonCorrectionSchema)
def approve(correction_id: UUID) -> PersonCorrection:
    """Have the person's data say what they asked for."""
    with transaction():
        return service.approve(correction_id, caller(), clock.now())


@bp.post("/corrections/<uuid:correction_id>/refuse")
@needs(service.PERMISSION, of=REGION)
@bp.arguments(shapes.PersonCorrectionReasonSchema)
@bp.response(200, shapes.PersonCorrectionSchema)
def refuse(given: dict[str, Any], correction_id: UUID) -> PersonCorrection:
    """Leave the person's data as they are; the reason is shown to them."""
    with transaction():
        return service.refuse(correction_id, given["reason"], caller(), clock.now())
