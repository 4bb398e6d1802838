"""Asking for an erasure, calling it off, and deciding on one that staff proposed.

Doing it is in `doing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incentive.core.errors import IncentiveError
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.people import acts, queries, reach
from incentive.people.caller import Caller
from incentive.people.erasing import hindering
from incentive.people.erasing import queries as erasures
from incentive.people.erasing.domain import OPEN, Status, due
from incentive.people.erasing.errors import (
    ErasureAsked,
    ErasureBegun,
    OwnErasure,
    OwnErasureProposal,
    PointsLeft,
    UnknownErasure,
)
from incentive.people.erasing.models import Erasure
from incentive.people.errors import UnknownPerson
from incentive.people.separation import require_another, require_no_stake
from incentive.people.sessions.service import require_session
from incentive.regions.models import Region

PERMISSION = "person.erase"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a person has to know before they ask: `stops` refuses, `waits` delays it."""

    points: int
    stops: Sequence[IncentiveError]
    waits: Sequence[IncentiveError]
    current: Erasure | None


def outlook(person_id: UUID, at: datetime) -> Outlook:
    """Return what an erasure of the person would meet now."""
    return Outlook(
        points_left(person_id, at),
        hindering.stops(person_id, at),
        hindering.waits(person_id, at),
        erasures.current(person_id),
    )


def points_left(person_id: UUID, at: datetime) -> int:
    """Return the points that the person can still spend."""
    balances = ledger.usable_balances(f"person:{person_id}", day_of(at))
    return sum(balance.points for balance in balances if balance.purpose == "available")


def ask(person_id: UUID, at: datetime, *, gives_up_points: bool) -> Erasure:
    """Have the person erased who asks for it, in a week; until then they can call it off.

    Whoever calls this has proved anew to be the person.

    Raises:
        ErasureAsked: it is asked for already.
        PointsLeft, and whatever `hindering.stops`: each names the way out.
    """
    _refuse_hindered(person_id, at, gives_up_points=gives_up_points)
    return _put(
        {
            "person_id": person_id,
            "asked_by": person_id,
            "asked_at": at,
            "status": Status.WAITING,
            "due_at": due(at),
            "gives_up_points": gives_up_points,
        }
    )


def call_off(by: Caller, at: datetime) -> Erasure:
    """Have the caller not erased after all.

    Raises:
        SessionNeeded: a device or a token is calling.
        UnknownErasure: none is open; ErasureBegun: it is too late.
    """
    require_session(by)
    found = erasures.lock_current(by.person_id)
    if found is None:
        raise UnknownErasure
    if found.status not in OPEN:
        raise ErasureBegun(found.begun_at or at)
    found.status, found.ended_at = Status.CALLED_OFF, at
    return found


def propose(
    person_id: UUID, reason: str, by: Caller, at: datetime, *, gives_up_points: bool
) -> Erasure:
    """Ask for an erasure that the person asked staff for; a second of them decides.

    Raises:
        UnknownPerson, OutOfScope, OwnErasure, ForFamily: the caller may not.
        As `ask`.
    """
    number = _require(person_id, by)
    require_no_stake("person.erase", by, person_id, OwnErasure)
    _refuse_hindered(person_id, at, gives_up_points=gives_up_points)
    made = _put(
        {
            "person_id": person_id,
            "asked_by": by.person_id,
            "asked_at": at,
            "reason": reason,
            "status": Status.PROPOSED,
            "gives_up_points": gives_up_points,
        }
    )
    after = {"volunteer_number": number, "erasure": made.id}
    acts.record(by, "person.erase", subject=f"person:{person_id}", after=after, reason=reason)
    return made


def approve(erasure_id: UUID, reason: str, by: Caller, at: datetime) -> Erasure:
    """Let a proposed erasure go on, in a week; until then the person can call it off.

    Raises:
        As `refuse`.
    """
    found = _decide(erasure_id, reason, by, at, "person.approve_erasure")
    found.status, found.due_at = Status.WAITING, due(at)
    return found


def refuse(erasure_id: UUID, reason: str, by: Caller, at: datetime) -> Erasure:
    """Have a proposed erasure not done.

    Raises:
        UnknownErasure, OutOfScope, OwnErasure, ForFamily, OwnErasureProposal: nothing is changed.
    """
    found = _decide(erasure_id, reason, by, at, "person.refuse_erasure")
    found.status, found.ended_at = Status.REFUSED, at
    return found


def open_ones(by: Caller, *, cursor: str | None, limit: int) -> Page:
    """Return a page of (Erasure, volunteer number, home) in the caller's reach, the oldest first.

    Raises:
        OutOfScope: the caller reaches none.
    """
    by.require_somewhere(PERMISSION)
    within = reach.within(Region.path, by.regions_for(PERMISSION))
    return page(erasures.proposed(within), [Erasure.id], cursor=cursor, limit=limit, scalars=False)


def _decide(erasure_id: UUID, reason: str, by: Caller, at: datetime, act: str) -> Erasure:
    found = erasures.lock(erasure_id)
    if found is None or found.status != Status.PROPOSED:
        raise UnknownErasure
    number = _require(found.person_id, by)
    require_no_stake(act, by, found.person_id, OwnErasure)
    require_another(act, by, [found.asked_by], OwnErasureProposal)
    found.decided_by, found.decided_at, found.decision_reason = by.person_id, at, reason
    after = {"volunteer_number": number, "erasure": found.id}
    acts.record(by, act, subject=f"person:{found.person_id}", after=after, reason=reason)
    return found


def _require(person_id: UUID, by: Caller) -> str:
    row = queries.person_with_home(person_id)
    if row is None:
        raise UnknownPerson
    by.require(PERMISSION, region_path=row[1].path if row[1] is not None else None)
    return str(row[0].volunteer_number)


def _refuse_hindered(person_id: UUID, at: datetime, *, gives_up_points: bool) -> None:
    for error in hindering.stops(person_id, at):
        raise error
    points = points_left(person_id, at)
    if points and not gives_up_points:
        raise PointsLeft(points)


def _put(values: dict[str, object]) -> Erasure:
    if not erasures.put({"id": new_id(), **values}):
        raise ErasureAsked
    made = erasures.current(UUID(str(values["person_id"])))
    if made is None:
        raise UnknownErasure
    return made
