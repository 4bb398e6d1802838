"""SQL of merges."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people.models import Person
from incentive.people.reach import within
from incentive.points.merges.models import PersonMerge
from incentive.regions.models import Region


def lock_persons(*person_ids: UUID) -> dict[UUID, Person]:
    """Return these persons, locked in the order of their ids: of two merges one waits."""
    found = session().scalars(
        select(Person)
        .where(Person.id.in_(person_ids))
        .order_by(Person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {person.id: person for person in found}


def homes(*person_ids: UUID) -> dict[UUID, str | None]:
    """Return the path of each one's home, or None."""
    rows = session().execute(
        select(Person.id, Region.path)
        .outerjoin(Region, Region.id == Person.home_region_id)
        .where(Person.id.in_(person_ids))
    )
    return {row.id: row.path for row in rows}


def insert_merge(values: dict[str, Any]) -> bool:
    """Insert a merge; return False if one of that person waits or is done."""
    made = insert(PersonMerge).values(values).on_conflict_do_nothing().returning(PersonMerge.id)
    return session().scalar(made) is not None


def is_kept(person_id: UUID) -> bool:
    """Say whether somebody's other entry leads, or is asked to lead, to this one."""
    found = select(PersonMerge.id).where(
        PersonMerge.kept_id == person_id, PersonMerge.status.in_(("asked", "done"))
    )
    return session().scalar(found.limit(1)) is not None


def lock(merge_id: UUID) -> PersonMerge | None:
    """Return a merge, locked until the end."""
    return session().scalar(
        select(PersonMerge)
        .where(PersonMerge.id == merge_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def set_merged(gone_id: UUID, kept_id: UUID | None) -> None:
    """Close an entry and have it lead to another, or open it again (None)."""
    session().execute(
        update(Person)
        .where(Person.id == gone_id)
        .values(merged_into=kept_id, status="active" if kept_id is None else "merged")
    )


def listed(paths: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Return (merge, kept number, gone number) of those whose kept entry lives in the subtrees."""
    kept, gone = aliased(Person), aliased(Person)
    return (
        select(
            PersonMerge, kept.volunteer_number.label("kept"), gone.volunteer_number.label("gone")
        )
        .join(kept, kept.id == PersonMerge.kept_id)
        .join(gone, gone.id == PersonMerge.gone_id)
        .join(Region, Region.id == kept.home_region_id)
        .where(within(Region.path, paths))
    )


def candidates(paths: Sequence[str], limit: int) -> Sequence[Any]:
    """Return (name blind, home, ids) of active persons of one whole name and one home."""
    statement = (
        select(func.array_agg(Person.id).label("ids"), Region.name.label("home"))
        .join(Region, Region.id == Person.home_region_id)
        .where(
            within(Region.path, paths), Person.status == "active", Person.name_blind.is_not(None)
        )
        .group_by(Person.name_blind, Region.id)
        .having(func.count() > 1)
        .order_by(Region.id, Person.name_blind)
        .limit(limit)
    )
    return session().execute(statement).all()
