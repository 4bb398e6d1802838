"""Handing one's roles on over HTTP. What was handed on ends with `DELETE /roles/<id>`."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import OWN, needs
from incentive.people import delegation
from incentive.people.caller import caller
from incentive.people.delegation import Delegation
from incentive.people.schemas import DelegationSchema, DelegationsSchema, NewDelegationSchema

bp: Final = ApiBlueprint("delegations", __name__, description="Roles that are handed on for a time")


@bp.get("/me/delegations")
@needs(OWN)
@bp.response(200, DelegationsSchema)
def list_delegations() -> dict[str, list[Delegation]]:
    """List what you handed on of your roles, and what was handed to you."""
    with transaction():
        return {"items": delegation.of(caller().person_id, clock.now())}


@bp.post("/me/roles/<uuid:role_id>/delegations")
@needs(OWN)
@bp.arguments(NewDelegationSchema)
@bp.once(201, DelegationSchema)
def delegate(given: dict[str, Any], role_id: UUID) -> Delegation:
    """Hand a role of yours on, or a part of it: for at most 30 days, and never further."""
    return delegation.delegate(caller(), role_id, **given, at=clock.now())
