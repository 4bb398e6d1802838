"""Disputes: contested points lie in the person's held purse until somebody else has decided.

A person contests what was taken from them; it comes from the account that it went to. A worker
contests what a person was given; it comes from what the person has left. Either way nobody can
spend it, and it cannot be undone in another way meanwhile.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.ledger import history
from incentive.ledger.domain import Booked
from incentive.ledger.errors import UnknownTransaction
from incentive.people import acts, separation
from incentive.people import service as people
from incentive.people.caller import Caller
from incentive.points.corrections import queries as corrections
from incentive.points.corrections.domain import counterparts
from incentive.points.corrections.errors import OwnPoints
from incentive.points.disputes import holding, queries
from incentive.points.disputes.domain import GIVEN, TAKEN, counter_of
from incentive.points.disputes.errors import (
    DisputedBefore,
    DisputeDecided,
    DisputeTooLate,
    HomeUnknown,
    NotDisputable,
    NothingToHold,
    NotYoursToDecide,
    UnknownDispute,
)
from incentive.points.disputes.models import Dispute
from incentive.points.policy import service as policies
from incentive.regions import service as regions

_SHOWN: Final = ("person_id", "transaction_id", "side", "held", "status")


def contest(caller: Caller, transaction_id: int, reason: str, at: datetime) -> Dispute:
    """Open a dispute about points that were taken from the caller.

    Raises:
        UnknownTransaction, NotDisputable, DisputedBefore, DisputeTooLate, NothingToHold,
        HomeUnknown: nothing was written.
    """
    taken = _booked(transaction_id)
    owner = f"person:{caller.person_id}"
    if not any(line.purse.owner == owner for line in taken.lines):
        raise UnknownTransaction  # nobody learns of others' transactions
    counter = counter_of(taken, owner)
    if taken.kind not in TAKEN or taken.net(owner) >= 0 or _is_last_word(taken):
        raise NotDisputable
    if counter is None or counter.is_person:
        raise NotDisputable
    home = people.person(caller.person_id).home_region_id
    places = counterparts(taken)[1]
    region_id = places[0] if places else home
    if region_id is None:
        raise HomeUnknown
    return _open(caller, taken, caller.person_id, "taken", region_id, reason, at)


def challenge(caller: Caller, transaction_id: int, reason: str, at: datetime) -> Dispute:
    """Open a dispute about points that somebody was given.

    Raises:
        UnknownTransaction, NotDisputable, OutOfScope, OwnPoints, DisputedBefore,
        DisputeTooLate, NothingToHold: nothing was written.
    """
    given = _booked(transaction_id)
    gaining = [p for p in counterparts(given)[0] if given.net(f"person:{p}") > 0]
    if given.kind not in GIVEN or len(gaining) != 1:
        raise NotDisputable
    person_id = gaining[0]
    if counter_of(given, f"person:{person_id}") is None:
        raise NotDisputable
    places = counterparts(given)[1]
    region_id = places[0] if places else people.person(person_id).home_region_id
    path = regions.path_of(region_id) if region_id else None
    caller.require("points.dispute", region_path=path)
    if region_id is None:
        raise NotDisputable
    separation.require_no_stake("dispute.open", caller, person_id, OwnPoints)
    return _open(caller, given, person_id, "given", region_id, reason, at)


def decide(
    caller: Caller, dispute_id: UUID, *, for_person: bool, reason: str, at: datetime
) -> Dispute:
    """Give the held points to the person, or to the account on the other side.

    Raises:
        UnknownDispute, OutOfScope, NotYoursToDecide, DisputeDecided: nothing was written.
    """
    # Lock first: two may decide at once.
    row = queries.lock(dispute_id)
    if row is None:
        raise UnknownDispute
    caller.require("points.decide", region_path=row.path)
    return _decided(caller, row[0], for_person=for_person, reason=reason, at=at)


def decide_found(
    caller: Caller, dispute_id: UUID, *, for_person: bool, reason: str, at: datetime
) -> Dispute:
    """Do as `decide` on points that the system held by itself, because of how they look.

    Raises:
        UnknownDispute: there is none, or somebody opened it: it is not for the caller.
        OutOfScope, NotYoursToDecide, DisputeDecided: nothing was written.
    """
    row = queries.lock(dispute_id)
    if row is None:
        raise UnknownDispute
    caller.require("finding.decide", region_path=row.path)
    if row[0].opened_by is not None:
        raise UnknownDispute
    return _decided(caller, row[0], for_person=for_person, reason=reason, at=at)


def _decided(
    caller: Caller, dispute: Dispute, *, for_person: bool, reason: str, at: datetime
) -> Dispute:
    if dispute.status != "open":
        raise DisputeDecided
    before_it = (dispute.opened_by, dispute.made_by, dispute.proposed_by, *dispute.concerned)
    separation.require_another("dispute.decide", caller, before_it, NotYoursToDecide)
    separation.require_no_stake("dispute.decide", caller, dispute.person_id, NotYoursToDecide)
    before = acts.picked(dispute, _SHOWN)
    outcome = "for_person" if for_person else "against_person"
    holding.close(dispute, outcome, caller.person_id, reason, at)
    acts.record(
        caller,
        "dispute.decide",
        subject=f"dispute:{dispute.id}",
        before=before,
        after=acts.picked(dispute, _SHOWN),
        reason=reason,
    )
    return dispute


def lapse(at: datetime, limit: int = 100) -> int:
    """Give back points whose dispute nobody decided in time, a batch; return how many disputes.

    Only what a person was given is theirs again by silence; what was taken waits for a decision.
    """
    late = queries.overdue(day_of(at), limit)
    for dispute in late:
        holding.close(dispute, "lapsed", None, "", at)
    return len(late)


def disputes(
    paths: list[str], *, status: str | None = None, cursor: str | None, limit: int
) -> Page:
    """Return a page of the disputes in the subtrees at `paths`, the first to be decided first."""
    return page(
        queries.listed(paths, status),
        [Dispute.due_on, Dispute.id],
        cursor=cursor,
        limit=limit,
        scalars=False,
    )


def mine(person_id: UUID, *, cursor: str | None, limit: int) -> Page:
    """Return a page of the disputes about a person's points, the latest first."""
    return page(
        queries.of(person_id),
        [Dispute.opened_at, Dispute.id],
        cursor=cursor,
        limit=limit,
        newest_first=True,
    )


def _open(
    caller: Caller,
    booked: Booked,
    person_id: UUID,
    side: str,
    region_id: UUID,
    reason: str,
    at: datetime,
) -> Dispute:
    policy = policies.policy()
    if booked.posted_at < at - timedelta(days=policy.dispute_open_days):
        raise DisputeTooLate(policy.dispute_open_days)
    # Lock first: what is contested, corrected or held of one person's is counted one by one.
    corrections.lock_persons(person_id)
    if queries.contested(booked.id, person_id):
        raise DisputedBefore
    owner = f"person:{person_id}"
    points = abs(booked.net(owner))
    left = points - corrections.undone(booked.id)
    if side == "given":
        left = min(left, holding.usable(owner, at))
    if left <= 0:
        raise NothingToHold
    dispute_id = new_id()
    actor = f"person:{caller.person_id}"
    hold = holding.hold(dispute_id, booked, owner, side, left, actor, at)
    corrections.undo(booked.id, points, left)
    values: dict[str, Any] = {
        "id": dispute_id,
        "person_id": person_id,
        "region_id": region_id,
        "transaction_id": booked.id,
        "side": side,
        "points": points,
        "held": left,
        "reason": reason,
        "opened_by": caller.person_id,
        "opened_at": at,
        "made_by": _person(booked.actor),
        "proposed_by": queries.proposer(booked.id),
        "due_on": day_of(at) + timedelta(days=policy.dispute_term_days),
        "status": "open",
        "decision_reason": "",
        "hold_id": hold.transaction_id,
    }
    dispute = queries.insert_dispute(values)
    if dispute is None:
        raise DisputedBefore
    if side == "given":
        after = acts.picked(dispute, _SHOWN)
        acts.record(
            caller, "dispute.open", subject=f"dispute:{dispute_id}", after=after, reason=reason
        )
    return dispute


def _booked(transaction_id: int) -> Booked:
    found = history.booked(transaction_id)
    if found is None:
        raise UnknownTransaction
    return found


def _is_last_word(booked: Booked) -> bool:
    """Say whether a transaction ended a dispute that the person had opened: there is no other."""
    kind, _, key = booked.source.partition(":")
    if kind != "dispute":
        return False
    found = _uuid(key)
    return found is not None and queries.side_of(found) == "taken"


def _person(actor: str) -> UUID | None:
    kind, _, key = actor.partition(":")
    return _uuid(key) if kind == "person" else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
