"""Sessions, persons and their roles over HTTP; what people see of themselves is in `me_api`."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.addresses import client_network
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.limits import count_sign_in
from incentive.core.needs import PUBLIC, REACH, REGION, RIGHTS, STATION, needs
from incentive.people import grids, role_ends, roles, service
from incentive.people.caller import caller, presented_token
from incentive.people.errors import NotSignedIn
from incentive.people.models import Person
from incentive.people.schemas import (
    GrantedSchema,
    GrantSchema,
    GridSchema,
    PersonSchema,
    RegisterSchema,
    SessionSchema,
    SignInSchema,
)
from incentive.people.sessions.opening import Opened
from incentive.people.sign_in import sign_in, sign_out
from incentive.regions.models import GridKind, Region
from incentive.regions.schemas import RegionSchema

bp: Final = ApiBlueprint("people", __name__, description="Persons, sessions and roles")


@bp.post("/sessions")
@needs(PUBLIC)
@bp.arguments(SignInSchema)
@bp.response(201, SessionSchema)
def open_session(given: dict[str, Any]) -> Opened:
    """Sign in by phone and password.

    Takes no Idempotency-Key: its answer, a token, is kept nowhere.
    """
    place = client_network()
    count_sign_in(place)
    return sign_in(given["phone"], given["password"], clock.now(), place)


@bp.delete("/sessions/current")
@needs(RIGHTS)
@bp.response(204)
def close_session() -> None:
    """Sign out."""
    with transaction():
        token = presented_token()
        if not token or not sign_out(token, clock.now()):
            raise NotSignedIn


@bp.post("/persons")
@needs("person.create", of=REGION)
@bp.arguments(RegisterSchema)
@bp.once(201, PersonSchema)
def register(given: dict[str, Any]) -> Person:
    """Enter a person of a community in your charge."""
    return service.register(**given, by=caller(), at=clock.now())


@bp.get("/persons/by-number/<string(length=13):volunteer_number>")
@needs("role.grant", of=REACH)
@bp.response(200, PersonSchema)
def find_person(volunteer_number: str) -> Person:
    """Find a person by the volunteer number, to grant a role."""
    with transaction():
        caller().require_somewhere("role.grant")
        return service.person_by_number(volunteer_number)


@bp.post("/persons/<uuid:person_id>/roles")
@needs("role.grant", of=STATION)
@bp.arguments(GrantSchema)
@bp.once(201, GrantedSchema)
def grant(given: dict[str, Any], person_id: UUID) -> dict[str, UUID]:
    """Grant a role over a region, or at a station, in which you may."""
    return {"id": roles.grant_role(person_id, **given, by=caller(), at=clock.now())}


@bp.delete("/roles/<uuid:role_id>")
@needs("role.grant", of=STATION, own=True)
@bp.response(204)
def revoke(role_id: UUID) -> None:
    """End a role; what was done with it stays."""
    with transaction():
        role_ends.revoke_role(role_id, by=caller(), at=clock.now())


@bp.post("/regions/<uuid:region_id>/grids")
@needs("grid.manage", of=REGION)
@bp.arguments(GridSchema)
@bp.once(201, RegionSchema)
def add_grid(given: dict[str, Any], region_id: UUID) -> Region:
    """Draw a grid below a community in your charge."""
    kind = GridKind(given["kind"])
    return grids.add_grid(region_id, name=given["name"], kind=kind, by=caller(), at=clock.now())
