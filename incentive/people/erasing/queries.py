"""The erasures' SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.people.erasing.domain import OPEN, Status
from incentive.people.erasing.models import Erasure
from incentive.people.guardians.models import Guardianship
from incentive.people.models import Person, RoleGrant
from incentive.people.permissions import ADMINISTRATOR
from incentive.regions.models import Region

# Shorter than PostgreSQL waits before it looks for a deadlock: it is the erasure that gives way.
_LOCK_WAIT = text("SET LOCAL lock_timeout = '700ms'")


def put(values: dict[str, Any]) -> bool:
    """Keep a wish; return False if the person has one that is open or done."""
    fresh = insert(Erasure).values(values).on_conflict_do_nothing()
    return session().scalar(fresh.returning(Erasure.id)) is not None


def current(person_id: UUID) -> Erasure | None:
    """Return the person's wish that was neither refused nor called off."""
    wanted = select(Erasure).where(
        Erasure.person_id == person_id,
        Erasure.status.not_in([Status.REFUSED, Status.CALLED_OFF]),
    )
    return session().scalar(wanted.execution_options(populate_existing=True))


def lock_current(person_id: UUID) -> Erasure | None:
    """Return as `current`, locked to the end."""
    wanted = select(Erasure).where(
        Erasure.person_id == person_id,
        Erasure.status.not_in([Status.REFUSED, Status.CALLED_OFF]),
    )
    return session().scalar(wanted.with_for_update().execution_options(populate_existing=True))


def lock(erasure_id: UUID) -> Erasure | None:
    """Return an erasure, locked to the end."""
    wanted = select(Erasure).where(Erasure.id == erasure_id).with_for_update()
    return session().scalar(wanted.execution_options(populate_existing=True))


def lock_person(person_id: UUID) -> Person:
    """Return the person; whoever writes anything about them was before, or waits until the end.

    Raises:
        OperationalError: somebody does, and takes long.
    """
    session().execute(_LOCK_WAIT)
    wanted = select(Person).where(Person.id == person_id).with_for_update()
    return session().scalars(wanted.execution_options(populate_existing=True)).one()


def due(at: datetime, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return, in order, the erasures that are due at `at`, or that were broken off."""
    wanted = select(Erasure.id).where(
        or_(
            Erasure.status == Status.BEGUN,
            (Erasure.status == Status.WAITING) & (Erasure.due_at <= at),
        )
    )
    if after is not None:
        wanted = wanted.where(Erasure.id > after)
    return session().scalars(wanted.order_by(Erasure.id).limit(limit)).all()


def done_since(since: datetime) -> bool:
    """Say whether anybody was erased after `since`."""
    done = exists().where(Erasure.status == Status.DONE, Erasure.ended_at > since)
    return bool(session().scalar(select(done)))


def another_administrator(person_id: UUID, at: datetime) -> bool:
    """Say whether somebody else administers, from now on without end, wherever the person does."""
    theirs = _administers(at).where(RoleGrant.person_id == person_id).subquery()
    others = _administers(at).where(RoleGrant.person_id != person_id).subquery()
    alone = select(theirs.c.path).where(
        ~exists(select(others.c.path).where(theirs.c.path.within(others.c.path)))
    )
    return session().scalar(alone.limit(1)) is None


def _administers(at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(Region.path)
        .join(RoleGrant, RoleGrant.region_id == Region.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == ADMINISTRATOR,
            RoleGrant.valid_from <= at,
            RoleGrant.valid_until.is_(None),
            RoleGrant.permissions.is_(None),
            Person.status == "active",
        )
    )


def count_wards(person_id: UUID) -> int:
    """Return for how many minors a person answers."""
    wanted = select(func.count()).where(
        Guardianship.guardian_id == person_id, Guardianship.ended_at.is_(None)
    )
    return int(session().scalar(wanted) or 0)


def end_what_was_handed_on(person_id: UUID, at: datetime) -> None:
    """End the roles that others hold because the person handed theirs on."""
    given = select(RoleGrant.id).where(RoleGrant.person_id == person_id)
    session().execute(
        update(RoleGrant)
        .where(RoleGrant.delegated_from.in_(given), RoleGrant.valid_until > at)
        .values(valid_until=at)
    )


def proposed(paths: Any) -> Select[*tuple[Any, ...]]:
    """Return (Erasure, volunteer number, home's name) of the open ones within."""
    return (
        select(Erasure, Person.volunteer_number, Region.name.label("home"))
        .join(Person, Person.id == Erasure.person_id)
        .outerjoin(Region, Region.id == Person.home_region_id)
        .where(Erasure.status.in_(OPEN), paths)
    )
