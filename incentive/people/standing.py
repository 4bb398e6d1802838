"""Blocking somebody, and letting them in again: each for a reason that is kept on record."""

from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.people import acts, queries, separation
from incentive.people.caller import Caller
from incentive.people.errors import OwnStanding, StandingUnchanged
from incentive.people.over import require_over

ACTIVE: Final = "active"
BLOCKED: Final = "suspended"
_PERMISSION: Final = "person.block"


def block(person_id: UUID, reason: str, *, by: Caller, at: datetime) -> None:
    """Let a person sign in, scan and hold roles no more, and end all that is signed in.

    What they earned stays theirs, and so do the roles, which count again when they are let in.

    Raises:
        UnknownPerson, StandingUnchanged: look at who.
        OutOfScope, OwnStanding, ForFamily: the caller may not.
    """
    _change(person_id, BLOCKED, "person.block", reason, by, at)
    queries.revoke_all(person_id, at)


def unblock(person_id: UUID, reason: str, *, by: Caller, at: datetime) -> None:
    """Let a person in again who was blocked; they sign in anew.

    Raises:
        As `block`.
    """
    _change(person_id, ACTIVE, "person.unblock", reason, by, at)


def sign_out(person_id: UUID, reason: str, *, by: Caller, at: datetime) -> None:
    """End all that opens anything in somebody's name: sessions, devices and tokens.

    Raises:
        UnknownPerson: nobody here has this id.
        OutOfScope: the caller may not.
    """
    holder = require_over(by, "role.grant", person_id, at)
    queries.revoke_all(person_id, at)
    known = {"volunteer_number": holder.volunteer_number}
    acts.record(by, "person.sign_out", subject=f"person:{person_id}", before=known, reason=reason)


def _change(person_id: UUID, status: str, act: str, reason: str, by: Caller, at: datetime) -> None:
    separation.require_no_stake(act, by, person_id, OwnStanding)
    holder = require_over(by, _PERMISSION, person_id, at)
    # One update that looks and changes: of two at once, one finds it done.
    if not queries.set_status(person_id, status):
        raise StandingUnchanged
    known = {"volunteer_number": holder.volunteer_number}
    acts.record(
        by,
        act,
        subject=f"person:{person_id}",
        before=known | {"status": ACTIVE if status == BLOCKED else BLOCKED},
        after=known | {"status": status},
        reason=reason,
    )
