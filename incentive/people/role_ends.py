"""Ending roles, undoing that for a moment, and moving the day on which one ends by itself."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from incentive.people import acts, role_queries, separation
from incentive.people.caller import Caller
from incentive.people.errors import (
    OwnRole,
    RoleEndFinal,
    RoleEndsBefore,
    RoleHandedOn,
    RoleHeld,
    UnknownRole,
)
from incentive.people.models import RoleGrant
from incentive.people.roles import TOLD, may_reach, told
from incentive.regions import service as regions

# For so long whoever ended a role may take that back, as if it had never been.
UNDO_TIME: Final = timedelta(minutes=10)


def revoke_role(grant_id: UUID, *, by: Caller, at: datetime, reason: str = "") -> UUID:
    """End a role, and what its holder handed on of it; what was done with them stays.

    Who handed a role on, and who got it, may end that, too. Return whose role it was.

    Raises:
        UnknownRole: it is not held now.
        OutOfScope: the caller may not grant it either.
    """
    grant = role_queries.lock_grant(grant_id, at)
    if grant is None:
        raise UnknownRole
    handed_on = grant.delegated_from is not None
    if not (handed_on and by.person_id in {grant.person_id, grant.granted_by}):
        _may_reach(by, grant)
    _end(grant, "role.take_back" if handed_on else "role.revoke", by, at, reason)
    for each in role_queries.lock_delegated(grant_id, at):
        _end(each, "role.take_back", by, at, reason)
    return grant.person_id


def give_back(grant_id: UUID, *, by: Caller, at: datetime) -> None:
    """End what the caller handed on to somebody, or what was handed on to them.

    Raises:
        UnknownRole: it is none of these, or has ended.
    """
    grant = role_queries.lock_grant(grant_id, at)
    if grant is None or grant.delegated_from is None:
        raise UnknownRole
    if by.person_id not in {grant.person_id, grant.granted_by}:
        raise UnknownRole
    _end(grant, "role.take_back", by, at, "")


def undo_end(grant_id: UUID, *, by: Caller, at: datetime) -> UUID:
    """Let a role go on that the caller ended within the last 10 minutes; return whose it is.

    What its holder had handed on, and ended with it, goes on as well.

    Raises:
        UnknownRole: there is none of this id.
        RoleEndFinal: somebody else ended it, or too long ago, or it would have ended by now.
        RoleHeld: it was granted anew meanwhile.
        OutOfScope, OwnRole, ForFamily: the caller may not grant it.
    """
    grant = role_queries.lock_ended(grant_id)
    if grant is None:
        raise UnknownRole
    _may_reach(by, grant)
    separation.require_no_stake("role.grant", by, grant.person_id, OwnRole)
    fresh = grant.ended_at is not None and grant.ended_at >= at - UNDO_TIME
    over = grant.had_until is not None and grant.had_until <= at
    if over or not fresh or grant.ended_by != by.person_id or grant.delegated_from is not None:
        raise RoleEndFinal
    # Lock first: one that ends by itself is in no unique index.
    role_queries.lock_person(grant.person_id)
    if role_queries.is_held(acts.picked(grant, _SCOPE), at):
        raise RoleHeld
    with_it = role_queries.lock_ended_with(grant)
    for each in (grant, *(one for one in with_it if one.had_until and one.had_until > at)):
        _go_on(each, by)
    return grant.person_id


def move_end(grant_id: UUID, until: datetime | None, *, by: Caller, at: datetime) -> UUID:
    """Let a role end at `until` instead of when it would; None: not by itself. Return whose it is.

    What was handed on of it ends then at the latest.

    Raises:
        UnknownRole: it has ended.
        RoleHandedOn: it is another's, for a time that cannot be changed.
        RoleEndsBefore: that is past, or before it begins.
        OutOfScope, OwnRole, ForFamily: the caller may not grant it.
    """
    grant = role_queries.lock_grant(grant_id, at)
    if grant is None:
        raise UnknownRole
    _may_reach(by, grant)
    separation.require_no_stake("role.grant", by, grant.person_id, OwnRole)
    if grant.delegated_from is not None:
        raise RoleHandedOn
    if until is not None and until <= max(at, grant.valid_from):
        raise RoleEndsBefore
    _move(grant, until, by)
    if until is not None:
        for each in role_queries.lock_delegated(grant_id, at):
            if each.valid_until is not None and each.valid_until > until:
                _move(each, until, by)
    return grant.person_id


_SCOPE: Final = ("person_id", "role", "region_id", "station_id", "permissions")


def _end(grant: RoleGrant, action: str, by: Caller, at: datetime, reason: str) -> None:
    held = told(acts.picked(grant, TOLD))
    grant.had_until, grant.valid_until = grant.valid_until, at
    grant.ended_by, grant.ended_at = by.person_id, at
    acts.record(by, action, subject=f"person:{grant.person_id}", before=held, reason=reason)


def _go_on(grant: RoleGrant, by: Caller) -> None:
    grant.valid_until, grant.had_until = grant.had_until, None
    grant.ended_by = grant.ended_at = None
    held = told(acts.picked(grant, TOLD))
    acts.record(by, "role.undo_end", subject=f"person:{grant.person_id}", after=held)


def _move(grant: RoleGrant, until: datetime | None, by: Caller) -> None:
    before = acts.picked(grant, TOLD)
    grant.valid_until = until
    subject = f"person:{grant.person_id}"
    acts.record(
        by, "role.move_end", subject=subject, before=before, after=before | {"valid_until": until}
    )


def _may_reach(by: Caller, grant: RoleGrant) -> None:
    path = regions.path_of(grant.region_id) if grant.region_id else None
    may_reach(by, path, grant.station_id)
