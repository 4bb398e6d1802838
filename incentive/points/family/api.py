"""One's family members: asking, agreeing, ending."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import OWN, needs
from incentive.people.caller import caller
from incentive.points.family import service
from incentive.points.family.schemas import FamilySchema, InvitationSchema, RelativeSchema
from incentive.points.family.service import Relative

bp: Final = ApiBlueprint("family", __name__, description="Family members, who may share points")


@bp.get("/me/family")
@needs(OWN)
@bp.response(200, FamilySchema)
def list_family() -> dict[str, Any]:
    """List the caller's family members and open requests."""
    with transaction():
        return {"items": service.relatives(caller().person_id)}


@bp.post("/me/family")
@needs(OWN)
@bp.arguments(InvitationSchema)
@bp.once(201, RelativeSchema)
def invite(fields: dict[str, Any]) -> Relative:
    """Ask somebody to be linked as family."""
    return service.invite(caller(), fields["volunteer_number"], clock.now())


@bp.post("/me/family/<uuid:link_id>/accept")
@needs(OWN)
@bp.response(204)
def accept(link_id: UUID) -> None:
    """Agree to a request."""
    with transaction():
        service.accept(caller(), link_id, clock.now())


@bp.delete("/me/family/<uuid:link_id>")
@needs(OWN)
@bp.response(204)
def end(link_id: UUID) -> None:
    """End a link, or decline a request; what was given stays given."""
    with transaction():
        service.end(caller(), link_id, clock.now())
