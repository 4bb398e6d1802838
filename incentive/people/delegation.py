"""Handing a role on for a time: within one's own scope, for some days, and never further.

What was handed on is a grant of its own, which ends with the one that it came from.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from incentive.core.ids import new_id
from incentive.people import acts, queries, role_queries, roles, separation
from incentive.people.caller import Caller, Grant
from incentive.people.domain import DELEGATED_DAYS_MAX, NEVER_DELEGATED, SELF_ROLES
from incentive.people.errors import (
    DelegatedTooLong,
    NotDelegable,
    OwnRole,
    RoleEndsBefore,
    ScopeUnclear,
    UnknownPerson,
    UnknownRole,
)
from incentive.people.models import RoleGrant
from incentive.people.permissions import TABLE
from incentive.regions import service as regions
from incentive.regions.models import Region


@dataclass(frozen=True, slots=True)
class Delegation:
    """What somebody has of another's role, by their volunteer numbers."""

    id: UUID
    role: str
    region: Region | None
    station_id: UUID | None
    permissions: list[str]
    by: str
    to: str
    until: datetime


def delegate(
    caller: Caller,
    role_id: UUID,
    *,
    volunteer_number: str,
    until: datetime,
    region_id: UUID | None = None,
    permissions: Collection[str] | None = None,
    at: datetime,
) -> Delegation:
    """Hand a role of the caller's on to somebody until then, or a part of its region or powers.

    Raises:
        UnknownRole: the caller holds none of this id.
        NotDelegable: it was handed to them, is of the kind that everybody has, or has no such part.
        RoleEndsBefore, DelegatedTooLong, ScopeUnclear: it cannot be so.
        UnknownPerson, OwnRole, ForFamily, RoleHeld: look at to whom.
    """
    # Lock first: a role that is ended meanwhile ends what is handed on of it.
    held = role_queries.lock_grant(role_id, at)
    if held is None or held.person_id != caller.person_id or held.valid_from > at:
        raise UnknownRole
    given = _part(held, permissions)
    if until <= at:
        raise RoleEndsBefore
    longest = at + timedelta(days=DELEGATED_DAYS_MAX)
    if until > longest or (held.valid_until is not None and until > held.valid_until):
        raise DelegatedTooLong(DELEGATED_DAYS_MAX)
    person = queries.person_by_number(volunteer_number)
    if person is None or person.status != "active":
        raise UnknownPerson
    separation.require_no_stake("role.delegate", caller, person.id, OwnRole)
    grant_id = new_id()
    granted = {
        "id": grant_id,
        "person_id": person.id,
        "role": held.role,
        "region_id": _within(held, region_id),
        "station_id": held.station_id,
        "permissions": given,
        "valid_from": at,
        "valid_until": until,
        "granted_by": caller.person_id,
        "delegated_from": held.id,
    }
    roles.insert(granted, at)
    told = {"role": held.role, "from": held.id, "until": until, "permissions": given}
    acts.record(caller, "role.delegate", subject=f"person:{person.id}", after=told)
    return next(each for each in of(caller.person_id, at) if each.id == grant_id)


def of(person_id: UUID, at: datetime) -> list[Delegation]:
    """Return what the person handed on and what was handed to them, the first to end first."""
    return [
        Delegation(
            grant.id,
            grant.role,
            region,
            grant.station_id,
            sorted(grant.permissions),
            by,
            to,
            grant.valid_until,
        )
        for grant, region, to, by in role_queries.delegations_of(person_id, at)
    ]


def delegable(held: RoleGrant) -> list[str]:
    """Return the permissions of a role that its holder can hand on; none of one handed to them."""
    if held.delegated_from is not None or held.role in SELF_ROLES:
        return []
    only = None if held.permissions is None else frozenset(held.permissions)
    whole = Grant(held.role, None, None, only)
    return [name for name in TABLE if whole.gives(name) and name not in NEVER_DELEGATED]


def _part(held: RoleGrant, permissions: Collection[str] | None) -> list[str]:
    """Return the permissions that are handed on of a role: those wanted, or all that can be."""
    can_be = set(delegable(held))
    given = can_be if permissions is None else set(permissions)
    if not given or not given <= can_be:
        raise NotDelegable
    return sorted(given)


def _within(held: RoleGrant, region_id: UUID | None) -> UUID | None:
    if region_id is None:
        return held.region_id
    if held.region_id is None:
        raise ScopeUnclear
    part = regions.region(region_id, field="region_id")
    if not Grant(held.role, regions.path_of(held.region_id), None).reaches(part.path, None):
        raise NotDelegable
    return part.id
