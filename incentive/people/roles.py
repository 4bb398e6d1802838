"""Granting roles: each in one scope, by somebody else who may there. `role_ends` ends them."""

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
)
from incentive.regions import service as regions

_GRANT: Final = "role.grant"
TOLD: Final = ("id", "role", "region_id", "station_id", "valid_until")


def grant_role(
    person_id: UUID,
    role: str,
    *,
    region_id: UUID | None = None,
    station_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    by: Caller | None,
    at: datetime,
) -> UUID:
    """Give the person `role` over one region or at one station; return the grant's id.

    It begins now, or at `since` if that is still to come, and ends by itself at `until`, if that
    is given. `by` is None for the command line and the demo
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
    begins = at if since is None else max(since, at)
    if until is not None and until <= begins:
        raise RoleEndsBefore
    path = regions.region(region_id, field="region_id").path if region_id else None
    if by is not None:
        may_reach(by, path, station_id)
        separation.require_no_stake("role.grant", by, person_id, OwnRole)
    if queries.person(person_id) is None:
        raise UnknownPerson
    grant_id = new_id()
    granted = {
        "id": grant_id,
        "person_id": person_id,
        "role": role,
        "region_id": region_id,
        "station_id": station_id,
        "valid_from": begins,
        "valid_until": until,
        "granted_by": by.person_id if by else None,
    }
    insert(granted, at)
    later = {"valid_from": begins} if begins > at else {}
    acts.record(by, "role.grant", subject=f"person:{person_id}", after=told(granted) | later)
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


def told(grant: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log tells of a grant."""
    return {name: grant[name] for name in TOLD if grant.get(name) is not None}


def may_reach(by: Caller, path: str | None, station_id: UUID | None) -> None:
    """Let pass only who may grant roles over the region at `path`, or at the station.

    Raises:
        OutOfScope: the caller may not.
    """
    if station_id is None:
        by.require(_GRANT, region_path=path)
    else:
        # Stations lie above people; the application says who knows where one stands.
        current_app.extensions["require_at_station"](by, _GRANT, station_id)
