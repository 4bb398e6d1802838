"""Places on a shift and the queue for them.

The shift's row is locked first and the person's second, everywhere, so that places are
counted right and nobody waits in a circle.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.activities import queries, service
from incentive.activities import sign_up_queries as rows
from incentive.activities.domain import SignUpStatus, place_for
from incentive.activities.errors import (
    NotSignedUp,
    Overlap,
    ShiftCancelled,
    ShiftOver,
    SignUpCancelled,
    UnknownShift,
)
from incentive.activities.models import Shift, SignUp
from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.people.caller import Caller
from incentive.people.guardians.fitness import require_fit


def sign_up(shift_id: UUID, person_id: UUID, at: datetime) -> dict[str, Any]:
    """Give the person a place, or one in the queue; whoever has one keeps it.

    Signing up again after withdrawing joins the end of the queue.

    Raises:
        UnknownShift, ShiftCancelled, ShiftOver, SignUpCancelled: as they say.
        Overlap: the person has a place on another shift at that time.
        GuardianNeeded, TooYoung, MinorAtNight, MinorTooLong, MinorAlone: it is not for their age.
    """
    shift = _lock_shift(shift_id)
    if shift.status == "cancelled":
        raise ShiftCancelled
    if at >= shift.ends_at:
        raise ShiftOver
    known = rows.sign_up(shift_id, person_id)
    status = known.status if known else SignUpStatus.WITHDRAWN
    if status == SignUpStatus.CANCELLED:
        raise SignUpCancelled
    if status != SignUpStatus.CONFIRMED:
        age_class = rows.lock_person(person_id)
        # The row is locked: a guardian who withdraws now waits, and then finds this place.
        require_fit(
            person_id,
            age_class,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            minimum_age=shift.minimum_age,
            guardian_must_accompany=shift.guardian_must_accompany,
            escorted=_is_escorted(shift, person_id),
        )
        other = rows.overlapping(person_id, shift_id, shift.starts_at, shift.ends_at)
        if other is not None:
            raise Overlap(other.title, other.starts_at)
        place = place_for(shift.confirmed, shift.quota)
        waits_since = known.queued_at if known and status == SignUpStatus.WAITING else at
        rows.put(shift_id, person_id, place, waits_since, at)
        if place is SignUpStatus.CONFIRMED:
            rows.count_confirmed(shift_id, +1)
    return _mine(shift_id, person_id)


def withdraw(shift_id: UUID, person_id: UUID, at: datetime) -> dict[str, Any]:
    """Give the place back, to whoever is first in the queue; return the sign-up. Twice is once.

    Raises:
        UnknownShift, NotSignedUp: as they say.
        ShiftOver: there is nothing left to give back.
    """
    shift = _lock_shift(shift_id)
    known = rows.sign_up(shift_id, person_id)
    if known is None:
        raise NotSignedUp
    if known.status == SignUpStatus.CONFIRMED and at >= shift.ends_at:
        raise ShiftOver
    if known.status in {SignUpStatus.CONFIRMED, SignUpStatus.WAITING}:
        rows.change(shift_id, person_id, SignUpStatus.WITHDRAWN, at)
    if known.status == SignUpStatus.CONFIRMED:
        rows.count_confirmed(shift_id, -1)
        _promote_one(shift, at)
    return _mine(shift_id, person_id)


def release_places(person_id: UUID, at: datetime) -> int:
    """Give back every place of a person's on shifts to come, and in queues; return how many.

    The person stays locked until the end, so that they get no other one meanwhile.
    """
    while True:
        attempt = session().begin_nested()
        wanted = rows.held_by(person_id, at)
        shifts = queries.lock_shifts(wanted) if wanted else []
        rows.lock_person(person_id)
        held = rows.held_by(person_id, at)
        if held <= wanted:
            break
        # They signed up while we waited: shifts come before persons, so let go and lock again.
        attempt.rollback()
    attempt.commit()
    for shift in shifts:
        known = rows.sign_up(shift.id, person_id)
        if known is None or shift.id not in held:
            continue
        rows.change(shift.id, person_id, SignUpStatus.WITHDRAWN, at)
        if known.status == SignUpStatus.CONFIRMED:
            rows.count_confirmed(shift.id, -1)
            _promote_one(shift, at)
    return len(held)


def mine(person_id: UUID, *, cursor: str | None, limit: int) -> Page:
    """Return a page of a person's sign-ups, by the shift's start, the latest first."""
    return page(
        rows.of_person(person_id),
        [Shift.starts_at, SignUp.id],
        cursor=cursor,
        limit=limit,
        newest_first=True,
        scalars=False,
    )


def of_shift(shift_id: UUID, by: Caller, *, cursor: str | None, limit: int) -> Page:
    """Return a page of a shift's sign-ups in the order of the queue, for those who scan there.

    Who only scans is told the volunteer numbers and states, and nothing else.

    Raises:
        UnknownShift, OutOfScope: as they say.
    """
    path = service.shift(shift_id).region_path
    by.require("shift.scan", region_path=path)
    key = [SignUp.queued_at, SignUp.id]
    found = page(rows.of_shift(shift_id), key, cursor=cursor, limit=limit, scalars=False)
    if by.may("shift.run", region_path=path):
        return found
    told = [{"volunteer_number": r.volunteer_number, "status": r.status} for r in found.items]
    return Page(told, found.next_cursor)


def _is_escorted(shift: Row[*tuple[Any, ...]], person_id: UUID) -> bool:
    return bool(shift.guardian_must_accompany) and rows.has_guardian(shift.id, person_id)


def _promote_one(shift: Row[*tuple[Any, ...]], at: datetime) -> None:
    """Give the free place to the first in the queue who has no other place at that time."""
    while (person_id := rows.first_waiting(shift.id)) is not None:
        rows.lock_person(person_id)
        # Somebody may have got a place elsewhere while we waited; then look anew.
        if rows.overlapping(person_id, shift.id, shift.starts_at, shift.ends_at) is None:
            rows.change(shift.id, person_id, SignUpStatus.CONFIRMED, at)
            rows.count_confirmed(shift.id, +1)
            return


def _lock_shift(shift_id: UUID) -> Row[*tuple[Any, ...]]:
    shift = queries.lock_shift(shift_id)
    if shift is None:
        raise UnknownShift
    return shift


def _mine(shift_id: UUID, person_id: UUID) -> dict[str, Any]:
    known = rows.sign_up(shift_id, person_id)
    if known is None:
        raise NotSignedUp
    waits = known.status == SignUpStatus.WAITING
    return {**known._asdict(), "position": known.ahead if waits else None}
