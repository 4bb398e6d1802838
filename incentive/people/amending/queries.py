"""The corrections' SQL. A person's row is locked before their corrections are changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.people.amending.domain import Status
from incentive.people.amending.models import PersonCorrection
from incentive.people.models import Person
from incentive.regions.models import Region


def put(values: dict[str, Any]) -> bool:
    """Keep a wish; return False if one of this person and field waits."""
    fresh = insert(PersonCorrection).values(values).on_conflict_do_nothing()
    return session().scalar(fresh.returning(PersonCorrection.id)) is not None


def correction(correction_id: UUID) -> PersonCorrection | None:
    """Return a correction as it stands now."""
    wanted = select(PersonCorrection).where(PersonCorrection.id == correction_id)
    return session().scalar(wanted.execution_options(populate_existing=True))


def lock(correction_id: UUID) -> PersonCorrection | None:
    """Return a correction, locked to the end."""
    wanted = select(PersonCorrection).where(PersonCorrection.id == correction_id)
    wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session().scalar(wanted)


def of_person(person_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return a person's corrections."""
    return select(PersonCorrection).where(PersonCorrection.person_id == person_id)


def waiting(within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return (PersonCorrection, volunteer number, home's name) of those that wait within."""
    return (
        select(PersonCorrection, Person.volunteer_number, Region.name.label("home"))
        .join(Person, Person.id == PersonCorrection.person_id)
        .outerjoin(Region, Region.id == Person.home_region_id)
        .where(PersonCorrection.status == Status.WAITING, within)
    )


def take_back(person_id: UUID, field: str, at: datetime) -> None:
    """End what waits of a person's field, and forget what it said. The person is locked."""
    session().execute(
        update(PersonCorrection)
        .where(
            PersonCorrection.person_id == person_id,
            PersonCorrection.field == field,
            PersonCorrection.status == Status.WAITING,
        )
        .values(status=Status.WITHDRAWN, ended_at=at, value_sealed=None, reason_sealed=None)
    )
