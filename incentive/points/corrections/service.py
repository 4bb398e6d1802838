"""Adjustments and reversals by hand: proposed by one, above a limit approved by another.

Nothing is deleted: a reversal is a transaction of its own that closes the wrong one, an
adjustment one that names what it corrects; and no more is undone than was done.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from incentive.core.clock import day_bounds
from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of, timezone
from incentive.ledger import history
from incentive.ledger.domain import Booked
from incentive.ledger.errors import UnknownTransaction
from incentive.people import acts, separation
from incentive.people import service as people
from incentive.people.caller import Caller
from incentive.points.corrections import booking, queries
from incentive.points.corrections.domain import CORRECTABLE, counterparts
from incentive.points.corrections.errors import (
    AlreadyDecided,
    CorrectsOther,
    DayToCome,
    NotCorrectable,
    OwnPoints,
    SecondPersonNeeded,
    UndoneBefore,
    UnknownAdjustment,
)
from incentive.points.corrections.models import Adjustment
from incentive.points.policy import service as policies
from incentive.regions import service as regions
from incentive.regions.errors import UnknownRegion

_SHOWN: Final = ("person_id", "region_id", "action", "points", "corrects", "effective_on", "status")


def adjust(
    caller: Caller,
    *,
    volunteer_number: str,
    points: int,
    reason: str,
    at: datetime,
    region: str | None = None,
    effective_on: date | None = None,
    corrects: int | None = None,
) -> Adjustment:
    """Give or take `points` (≠ 0) by hand; above a limit only propose it.

    The limits are on what one worker moves alone in a month: of one person's, and of everybody's.
    Whoever set the policy in force always proposes, and so does everybody for a day of an earlier
    month. The points come from, or go to, the issuance of `region` (a code), by default of the
    person's home, or that of the transaction it `corrects`; and count for the day `effective_on`,
    by default today.

    Raises:
        UnknownPerson, UnknownRegion, OutOfScope, OwnPoints, DayToCome, CorrectsOther,
        NotCorrectable, UndoneBefore, BudgetExhausted, InsufficientPoints: nothing was written.
    """
    person = people.person_by_number(volunteer_number)
    today = day_of(at)
    day = effective_on or today
    if day > today:
        raise DayToCome
    home = regions.region(person.home_region_id) if person.home_region_id else None
    place = regions.region_by_code(region) if region else home
    if corrects is not None:
        wrong = _correctable(corrects)
        net = wrong.net(f"person:{person.id}")
        if net == 0 or (net > 0) == (points > 0):
            raise CorrectsOther
        place = regions.region(counterparts(wrong)[1][0])
        _require_left(wrong, net, abs(points))
    caller.require("points.adjust", region_path=place.path if place else None)
    if points < 0 and corrects is None:
        # From somebody of elsewhere only such points are taken as were given here.
        caller.require("points.adjust", region_path=home.path if home else None)
    if place is None:
        raise UnknownRegion("region")
    return _propose(
        caller,
        at,
        person_id=person.id,
        region_id=place.id,
        action="adjust",
        points=points,
        corrects=corrects,
        effective_on=day,
        reason=reason,
    )


def reverse(caller: Caller, transaction_id: int, reason: str, at: datetime) -> Adjustment:
    """Undo a whole award or adjustment; above the limit only propose it.

    Raises:
        UnknownTransaction, NotCorrectable, OutOfScope, OwnPoints: nothing was written.
        UndoneBefore: a part of it was undone; adjust by the rest.
        SpentSince: so many were spent that an adjustment by fewer is all that can be done.
    """
    wrong = _correctable(transaction_id)
    persons, places = counterparts(wrong)
    person_id, region_id = persons[0], places[0]
    place = regions.region(region_id)
    caller.require("points.adjust", region_path=place.path)
    net = wrong.net(f"person:{person_id}")
    _require_left(wrong, net, abs(net))
    return _propose(
        caller,
        at,
        person_id=person_id,
        region_id=region_id,
        action="reverse",
        points=-net,
        corrects=transaction_id,
        effective_on=day_of(at),
        reason=reason,
    )


def approve(caller: Caller, adjustment_id: UUID, reason: str, at: datetime) -> Adjustment:
    """Book what somebody else proposed.

    Raises:
        UnknownAdjustment, OutOfScope, SecondPersonNeeded, OwnPoints, AlreadyDecided: nothing
            was written; as does what booking refuses.
    """
    adjustment = _to_decide(caller, adjustment_id, "points.approve")
    # As whoever proposes or contests does: what is undone is counted one by one.
    queries.lock_persons(adjustment.person_id)
    before = acts.picked(adjustment, _SHOWN)
    _decide(adjustment, caller, reason, at)
    booking.book(adjustment, caller, at, approved=True)
    _record(caller, "points.approve", adjustment, before, reason)
    return adjustment


def reject(caller: Caller, adjustment_id: UUID, reason: str, at: datetime) -> Adjustment:
    """Turn down what somebody else proposed.

    Raises:
        UnknownAdjustment, OutOfScope, SecondPersonNeeded, OwnPoints, AlreadyDecided: nothing
            was written.
    """
    adjustment = _to_decide(caller, adjustment_id, "points.reject")
    before = acts.picked(adjustment, _SHOWN)
    _decide(adjustment, caller, reason, at)
    adjustment.status = "rejected"
    session().flush()
    _record(caller, "points.reject", adjustment, before, reason)
    return adjustment


def adjustments(
    paths: list[str], *, status: str | None = None, cursor: str | None, limit: int
) -> Page:
    """Return a page of the adjustments in the subtrees at `paths`, the latest first."""
    return page(
        queries.listed(paths, status),
        [Adjustment.proposed_at, Adjustment.id],
        cursor=cursor,
        limit=limit,
        newest_first=True,
        scalars=False,
    )


def _propose(caller: Caller, at: datetime, **fields: Any) -> Adjustment:
    action = "points.reverse" if fields["action"] == "reverse" else "points.adjust"
    separation.require_no_stake(action, caller, fields["person_id"], OwnPoints)
    # Lock first: two small ones at once must not slip below a limit together.
    queries.lock_persons(fields["person_id"], caller.person_id)
    policy = policies.policy()
    first = day_of(at).replace(day=1)
    month, _ = day_bounds(first, timezone())
    # Whoever set the limit would else be their own second person; and a past month may have no
    # budget where this one has.
    alone_at_all = policy.created_by != caller.person_id and fields["effective_on"] >= first
    of_person, of_all = queries.by_hand_alone(fields["person_id"], caller.person_id, month)
    left = min(policy.adjustment_limit - of_person, policy.worker_limit - of_all)
    adjustment = Adjustment(
        id=new_id(),
        limit_then=max(left, 0) if alone_at_all else 0,
        proposed_by=caller.person_id,
        proposed_at=at,
        **fields,
    )
    session().add(adjustment)
    session().flush()
    if abs(adjustment.points) <= adjustment.limit_then:
        booking.book(adjustment, caller, at, approved=False)
    else:
        booking.foresee(adjustment, at)
    _record(caller, action, adjustment, None, adjustment.reason)
    return adjustment


def _to_decide(caller: Caller, adjustment_id: UUID, act: str) -> Adjustment:
    # Lock first: two may approve at once.
    row = queries.lock(adjustment_id)
    if row is None:
        raise UnknownAdjustment
    adjustment: Adjustment = row[0]
    caller.require("points.approve", region_path=row.path)
    if adjustment.status != "proposed":
        raise AlreadyDecided
    separation.require_another(act, caller, [adjustment.proposed_by], SecondPersonNeeded)
    separation.require_no_stake(act, caller, adjustment.person_id, OwnPoints)
    return adjustment


def _decide(adjustment: Adjustment, caller: Caller, reason: str, at: datetime) -> None:
    adjustment.decided_by = caller.person_id
    adjustment.decided_at = at
    adjustment.decision_reason = reason


def _correctable(transaction_id: int) -> Booked:
    wrong = history.booked(transaction_id)
    if wrong is None:
        raise UnknownTransaction
    persons, places = counterparts(wrong)
    if wrong.kind not in CORRECTABLE or len(persons) != 1 or not places:
        raise NotCorrectable
    return wrong


def _require_left(wrong: Booked, net: int, points: int) -> None:
    left = abs(net) - queries.undone(wrong.id)
    if points > left:
        raise UndoneBefore(left)


def _record(
    caller: Caller, action: str, adjustment: Adjustment, before: dict[str, Any] | None, reason: str
) -> None:
    acts.record(
        caller,
        action,
        subject=f"person:{adjustment.person_id}",
        before=before,
        after=acts.picked(adjustment, _SHOWN),
        reason=reason,
    )
