"""Merging two entries of one human: asked for by one, decided by another, undone for a week.

Records, sign-ups and awards stay with the entry that closes, as evidence; only the points that it
still has move, by one ordinary transaction, with the expiry that they have. So nobody's caps are
counted anew. Its sessions end; its phone signs in as the entry that stays, and its volunteer
number finds that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import NEVER, Purse
from incentive.ledger.errors import InsufficientPoints
from incentive.people import acts, masking, personal, separation
from incentive.people import queries as people_queries
from incentive.people import service as people
from incentive.people.caller import Caller
from incentive.people.personal import Personal
from incentive.points.merges import queries
from incentive.points.merges.domain import UNDO_FOR, may_undo
from incentive.points.merges.errors import (
    MergeDecided,
    MergeTooLate,
    NotMergeable,
    OwnMerge,
    PointsHeld,
    SamePerson,
    SecondNeeded,
    UnknownMerge,
)
from incentive.points.merges.models import PersonMerge

ASK: Final = "person.merge"
DECIDE: Final = "person.merge_decide"
CANDIDATES_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One of two entries, side by side: masked, with what hangs on it."""

    id: UUID
    volunteer_number: str
    status: str
    created_at: datetime
    known: Personal
    points: int | None = None
    held: int | None = None


def ask(by: Caller, *, kept: str, gone: str, reason: str, at: datetime) -> PersonMerge:
    """Ask for the entry of the volunteer number `gone` to be closed and to lead to `kept`.

    Raises:
        UnknownPerson, SamePerson, NotMergeable: there are no two such entries.
        OutOfScope, OwnMerge, ForFamily: the caller may not.
    """
    staying, leaving = people.person_by_number(kept), people.person_by_number(gone)
    if staying.id == leaving.id:
        raise SamePerson
    _require(by, ASK, staying.id, leaving.id)
    both = queries.lock_persons(staying.id, leaving.id)
    if any(each.status != "active" for each in both.values()) or queries.is_kept(leaving.id):
        raise NotMergeable
    merge_id = new_id()
    made = {
        "id": merge_id,
        "kept_id": staying.id,
        "gone_id": leaving.id,
        "reason": reason,
        "status": "asked",
        "points": 0,
        "asked_by": by.person_id,
        "asked_at": at,
    }
    if not queries.insert_merge(made):
        raise NotMergeable
    merge = _locked(merge_id)
    _record(by, ASK, merge, reason)
    return merge


def approve(by: Caller, merge_id: UUID, at: datetime) -> PersonMerge:
    """Merge what somebody else asked for: points move, sessions end.

    Raises:
        UnknownMerge, MergeDecided, NotMergeable: look at it again.
        OutOfScope, OwnMerge, ForFamily, SecondNeeded: the caller may not.
        PointsHeld: an order is open.
    """
    merge = _to_decide(by, merge_id)
    both = queries.lock_persons(merge.kept_id, merge.gone_id)
    if any(each.status != "active" for each in both.values()):
        raise NotMergeable
    owner, today = f"person:{merge.gone_id}", day_of(at)
    balances = ledger.usable_balances(owner, today)
    held = sum(each.points for each in balances if each.purpose == "held")
    if held:
        raise PointsHeld(held)
    points = sum(each.points for each in balances if each.purpose == "available")
    if points:
        ledger.move(
            key=f"merge:{merge.id}",
            kind="adjustment",
            owner=owner,
            amount=points,
            to=Purse(f"person:{merge.kept_id}", "available", NEVER),
            source=f"merge:{merge.id}",
            actor=f"person:{by.person_id}",
            today=today,
            reason=merge.reason,
        )
    queries.set_merged(merge.gone_id, merge.kept_id)
    people_queries.revoke_all(merge.gone_id, at)
    _decide(merge, "done", by, at, points)
    _record(by, DECIDE, merge, merge.reason)
    return merge


def refuse(by: Caller, merge_id: UUID, reason: str, at: datetime) -> PersonMerge:
    """Turn down what somebody else asked for.

    Raises:
        UnknownMerge, MergeDecided: look at it again.
        OutOfScope, OwnMerge, ForFamily, SecondNeeded: the caller may not.
    """
    merge = _to_decide(by, merge_id)
    _decide(merge, "refused", by, at, 0)
    _record(by, DECIDE, merge, reason)
    return merge


def undo(by: Caller, merge_id: UUID, reason: str, at: datetime) -> PersonMerge:
    """Open the closed entry again, and give its points back, within a week.

    Raises:
        UnknownMerge, MergeDecided: it is not merged.
        MergeTooLate: a week has passed, or the points were spent.
        OutOfScope, OwnMerge, ForFamily: the caller may not.
    """
    merge = _allowed(by, merge_id, DECIDE)
    if merge.status != "done":
        raise MergeDecided
    if not may_undo(merge.status, merge.decided_at, at):
        raise MergeTooLate(UNDO_FOR.days)
    queries.lock_persons(merge.kept_id, merge.gone_id)
    if merge.points:
        try:
            ledger.reverse(
                key=f"merge:{merge.id}:undo",
                reversed_key=f"merge:{merge.id}",
                actor=f"person:{by.person_id}",
                today=day_of(at),
                reason=reason,
            )
        except InsufficientPoints:
            raise MergeTooLate(UNDO_FOR.days) from None
    queries.set_merged(merge.gone_id, None)
    merge.status, merge.undone_by, merge.undone_at = "undone", by.person_id, at
    _record(by, "person.merge_undo", merge, reason)
    return merge


def listing(by: Caller, *, cursor: str | None, limit: int) -> Page:
    """Return a page of (merge, kept number, gone number) in the caller's regions, latest first."""
    by.require_somewhere(ASK)
    rows = queries.listed(by.regions_for(ASK))
    key = [PersonMerge.asked_at, PersonMerge.id]
    return page(rows, key, cursor=cursor, limit=limit, newest_first=True, scalars=False)


def side_by_side(by: Caller, numbers: Sequence[str], at: datetime) -> list[Entry]:
    """Return the entries of volunteer numbers, masked, with what hangs on them.

    Raises:
        UnknownPerson: there is no such entry.
        OutOfScope: the caller may not merge them.
    """
    found = [people.person_by_number(number) for number in numbers]
    _reach(by, ASK, *(each.id for each in found))
    return [_with_points(entry, at) for entry in _entries([each.id for each in found])]


def candidates(by: Caller) -> list[list[Entry]]:
    """Return entries of one whole name and one home, masked: perhaps of one human.

    Of those whose months of birth are known and differ nothing is said.
    """
    by.require_somewhere(ASK)
    groups = queries.candidates(by.regions_for(ASK), CANDIDATES_MAX)
    ids = [each for group in groups for each in group.ids]
    months = {who: known.birth_month for who, known in personal.of(ids, "birth_month").items()}
    entries = {entry.id: entry for entry in _entries(ids)}
    return [
        [entries[each] for each in sorted(group.ids)]
        for group in groups
        if len({months[each] for each in group.ids} - {None}) < 2  # noqa: PLR2004 - two differ
    ]


def _entries(ids: Sequence[UUID]) -> list[Entry]:
    known = personal.of(ids, "name", "phone", "id_number")
    persons = {each.id: each for each in people_queries.persons(ids)}
    return [
        Entry(
            each,
            persons[each].volunteer_number,
            persons[each].status,
            persons[each].created_at,
            masking.person(known[each]),
        )
        for each in ids
    ]


def _with_points(entry: Entry, at: datetime) -> Entry:
    balances = ledger.usable_balances(f"person:{entry.id}", day_of(at))
    available, held = (
        sum(each.points for each in balances if each.purpose == purpose)
        for purpose in ("available", "held")
    )
    return replace(entry, points=available, held=held)


def _to_decide(by: Caller, merge_id: UUID) -> PersonMerge:
    merge = _allowed(by, merge_id, DECIDE)
    separation.require_another(DECIDE, by, [merge.asked_by], SecondNeeded)
    if merge.status != "asked":
        raise MergeDecided
    return merge


def _allowed(by: Caller, merge_id: UUID, permission: str) -> PersonMerge:
    merge = _locked(merge_id)
    _require(by, permission, merge.kept_id, merge.gone_id)
    return merge


def _locked(merge_id: UUID) -> PersonMerge:
    merge = queries.lock(merge_id)
    if merge is None:
        raise UnknownMerge
    return merge


def _require(by: Caller, permission: str, *person_ids: UUID) -> None:
    _reach(by, permission, *person_ids)
    for each in person_ids:
        separation.require_no_stake(permission, by, each, OwnMerge)


def _reach(by: Caller, permission: str, *person_ids: UUID) -> None:
    for path in queries.homes(*person_ids).values():
        by.require(permission, region_path=path)


def _decide(merge: PersonMerge, status: str, by: Caller, at: datetime, points: int) -> None:
    merge.status, merge.decided_by, merge.decided_at = status, by.person_id, at
    merge.points = points


def _record(by: Caller, action: str, merge: PersonMerge, reason: str) -> None:
    after = {"kept_id": merge.kept_id, "status": merge.status, "points": merge.points}
    acts.record(by, action, subject=f"person:{merge.gone_id}", after=after, reason=reason)
