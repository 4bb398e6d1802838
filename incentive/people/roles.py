"""Granting and ending roles: each in one scope, by somebody else who may there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import current_app

from incentive.core.ids import new_id
from incentive.people import acts, queries, role_queries, separation
from incentive.people.caller import Caller
from incentive.people.domain import STATION_ROLES
from incentive.people.errors import (
    OwnRole,
    RoleEndsBefore,
    RoleHeld,
    RoleNotThere,
    ScopeUnclear,
    UnknownPerson,
    UnknownRole,
)
from incentive.people.models import RoleGrant
from incentive.regions import service as regions

_GRANT: Final = "role.grant"
_TOLD: Final = ("id", "role", "region_id", "station_id", "valid_until")


def grant_role(
    person_id: UUID,
    role: str,
    *,
    region_id: UUID | None = None,
    station_id: UUID | None = None,
    until: datetime | None = None,
    by: Caller | None,
    at: datetime,
) -> UUID:
    """Give the person `role` over one region or at one station; return the grant's id.

    It ends by itself at `until`, if that is given. `by` is None for the command line and the demo
    only, who may grant anything.

    Raises:
        ScopeUnclear, RoleNotThere, RoleEndsBefore: the role cannot be held so.
        OutOfScope, OwnRole, ForFamily: the caller may not grant it.
        UnknownPerson, UnknownRegion, RoleHeld: look at who and where.
    """
    if (region_id is None) == (station_id is None):
        raise ScopeUnclear
    if station_id is not None and role not in STATION_ROLES:
        raise RoleNotThere
    if until is not None and until <= at:
        raise RoleEndsBefore
    path = regions.region(region_id, field="region_id").path if region_id else None
    if by is not None:
        _may_grant(by, person_id, path, station_id)
    if queries.person(person_id) is None:
        raise UnknownPerson
    grant_id = new_id()
    granted = {
        "id": grant_id,
        "person_id": person_id,
        "role": role,
        "region_id": region_id,
        "station_id": station_id,
        "valid_from": at,
        "valid_until": until,
        "granted_by": by.person_id if by else None,
    }
    insert(granted, at)
    held = _held(granted)
    acts.record(by, "role.grant", subject=f"person:{person_id}", after=held)
    return grant_id


def insert(granted: Mapping[str, Any], at: datetime) -> None:
    """Keep a role that somebody gives.

    Raises:
        RoleHeld: the person holds it there, and it has not ended.
    """
    # Lock first: one that ends by itself is in no unique index.
    role_queries.lock_person(granted["person_id"])
    if role_queries.is_held(granted, at) or not role_queries.insert_grant(dict(granted)):
        raise RoleHeld


def revoke_role(grant_id: UUID, *, by: Caller, at: datetime) -> None:
    """End a role, and what its holder handed on of it; what was done with them stays.

    Who handed a role on, and who got it, may end that, too.

    Raises:
        UnknownRole: it is not held now.
        OutOfScope: the caller may not grant it either.
    """
    grant = role_queries.lock_grant(grant_id, at)
    if grant is None:
        raise UnknownRole
    handed_on = grant.delegated_from is not None
    if not (handed_on and by.person_id in {grant.person_id, grant.granted_by}):
        path = regions.path_of(grant.region_id) if grant.region_id else None
        _may_reach(by, path, grant.station_id)
    action = "role.take_back" if handed_on else "role.revoke"
    _end(grant, action, by, at)
    for each in role_queries.lock_delegated(grant_id, at):
        _end(each, "role.take_back", by, at)


def _end(grant: RoleGrant, action: str, by: Caller, at: datetime) -> None:
    grant.valid_until = at
    held = _held(acts.picked(grant, _TOLD))
    acts.record(by, action, subject=f"person:{grant.person_id}", before=held)


def _held(grant: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log tells of a grant."""
    return {name: grant[name] for name in _TOLD if grant.get(name) is not None}


def _may_grant(by: Caller, person_id: UUID, path: str | None, station_id: UUID | None) -> None:
    _may_reach(by, path, station_id)
    separation.require_no_stake("role.grant", by, person_id, OwnRole)


def _may_reach(by: Caller, path: str | None, station_id: UUID | None) -> None:
    if station_id is None:
        by.require(_GRANT, region_path=path)
    else:
        # Stations lie above people; the application says who knows where one stands.
        current_app.extensions["require_at_station"](by, _GRANT, station_id)
