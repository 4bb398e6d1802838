"""The SQL of sign-ups. A shift's row is locked before any of its sign-ups is written."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from incentive.activities.models import Activity, Shift, SignUp
from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.people.guardians.models import Guardianship
from incentive.people.models import Person

_OtherShift = aliased(Shift)
_OtherSignUp = aliased(SignUp)


def sign_up(shift_id: UUID, person_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return a person's sign-up for a shift, with its position in the queue while it waits."""
    ahead = (
        select(func.count())
        .where(
            _OtherSignUp.shift_id == shift_id,
            _OtherSignUp.status == "waiting",
            tuple_(_OtherSignUp.queued_at, _OtherSignUp.id) <= tuple_(SignUp.queued_at, SignUp.id),
        )
        .scalar_subquery()
    )
    statement = select(
        SignUp.id, SignUp.shift_id, SignUp.status, SignUp.queued_at, ahead.label("ahead")
    ).where(SignUp.shift_id == shift_id, SignUp.person_id == person_id)
    return session().execute(statement).one_or_none()


def lock_person(person_id: UUID) -> str | None:
    """Lock a person, so that two sign-ups of theirs see each other; return a minor's age class."""
    locked = select(Person.age_class).where(Person.id == person_id).with_for_update(key_share=True)
    return session().scalar(locked)


def held_by(person_id: UUID, at: datetime) -> set[UUID]:
    """Return the shifts that begin after `at` for which the person has or awaits a place."""
    statement = (
        select(SignUp.shift_id)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(
            SignUp.person_id == person_id,
            SignUp.status.in_(("confirmed", "waiting")),
            Shift.starts_at > at,
        )
    )
    return set(session().scalars(statement))


def has_guardian(shift_id: UUID, minor_id: UUID) -> bool:
    """Say whether a guardian of the minor's has or awaits a place on the shift."""
    statement = (
        select(SignUp.id)
        .join(Guardianship, Guardianship.guardian_id == SignUp.person_id)
        .where(
            SignUp.shift_id == shift_id,
            SignUp.status.in_(("confirmed", "waiting")),
            Guardianship.minor_id == minor_id,
            Guardianship.ended_at.is_(None),
        )
        .limit(1)
    )
    return session().scalar(statement) is not None


def overlapping(
    person_id: UUID, shift_id: UUID, starts_at: datetime, ends_at: datetime
) -> Row[*tuple[Any, ...]] | None:
    """Return another shift on which the person has a place between the two instants."""
    statement = (
        select(Shift.title, Shift.starts_at)
        .join(SignUp, SignUp.shift_id == Shift.id)
        .where(
            SignUp.person_id == person_id,
            SignUp.status == "confirmed",
            Shift.id != shift_id,
            Shift.starts_at < ends_at,
            Shift.ends_at > starts_at,
        )
        .order_by(Shift.starts_at)
        .limit(1)
    )
    return session().execute(statement).one_or_none()


def put(shift_id: UUID, person_id: UUID, status: str, queued_at: datetime, at: datetime) -> None:
    """Store a person's sign-up, new or again."""
    row = {"status": status, "queued_at": queued_at, "changed_at": at}
    fresh = insert(SignUp).values(id=new_id(), shift_id=shift_id, person_id=person_id, **row)
    session().execute(
        fresh.on_conflict_do_update(index_elements=["shift_id", "person_id"], set_=row)
    )


def count_confirmed(shift_id: UUID, change: int) -> None:
    """Add `change` to the shift's count of taken places."""
    session().execute(
        update(Shift).where(Shift.id == shift_id).values(confirmed=Shift.confirmed + change)
    )


def first_waiting(shift_id: UUID) -> UUID | None:
    """Return who is first in the queue and has no place elsewhere at that time."""
    engaged = exists().where(
        _OtherSignUp.person_id == SignUp.person_id,
        _OtherSignUp.status == "confirmed",
        _OtherSignUp.shift_id == _OtherShift.id,
        _OtherShift.id != Shift.id,
        _OtherShift.starts_at < Shift.ends_at,
        _OtherShift.ends_at > Shift.starts_at,
    )
    statement = (
        select(SignUp.person_id)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(SignUp.shift_id == shift_id, SignUp.status == "waiting", ~engaged)
        .order_by(SignUp.queued_at, SignUp.id)
        .limit(1)
    )
    return session().scalar(statement)


def change(shift_id: UUID, person_id: UUID, status: str, at: datetime) -> None:
    """Give a sign-up another status."""
    session().execute(
        update(SignUp)
        .where(SignUp.shift_id == shift_id, SignUp.person_id == person_id)
        .values(status=status, changed_at=at)
    )


def of_person(person_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return a person's sign-ups with their shifts."""
    return (
        select(
            SignUp.id,
            SignUp.status,
            SignUp.queued_at,
            SignUp.shift_id,
            Shift.title.label("shift_title"),
            Shift.place,
            Shift.starts_at,
            Shift.ends_at,
            Shift.status.label("shift_status"),
            Activity.id.label("activity_id"),
            Activity.title.label("activity_title"),
        )
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(SignUp.person_id == person_id)
    )


def of_shift(shift_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return a shift's sign-ups; of the person, the volunteer number alone."""
    return (
        select(SignUp.id, SignUp.status, SignUp.queued_at, Person.volunteer_number)
        .join(Person, Person.id == SignUp.person_id)
        .where(SignUp.shift_id == shift_id)
    )


def count_to_come(person_id: UUID, at: datetime) -> int:
    """Return on how many shifts that have not ended a person has a place, or waits for one."""
    statement = (
        select(func.count())
        .select_from(SignUp)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(
            SignUp.person_id == person_id,
            SignUp.status.in_(["confirmed", "waiting"]),
            Shift.ends_at > at,
            Shift.status != "cancelled",
        )
    )
    return int(session().scalar(statement) or 0)
