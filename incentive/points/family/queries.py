"""The family links' SQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.people.models import Person
from incentive.points.family.models import FamilyLink


def lock_persons(*person_ids: UUID) -> None:
    """Wait until nobody else changes what is counted of these persons; in the order of their ids."""
    wanted = select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
    session().execute(wanted.with_for_update(key_share=True)).all()


def insert_link(values: dict[str, Any]) -> bool:
    """Insert a link; return False if the two have one."""
    fresh = insert(FamilyLink).values(values).on_conflict_do_nothing()
    return session().scalar(fresh.returning(FamilyLink.id)) is not None


def current(person_id: UUID) -> int:
    """Return how many links a person has, accepted or asked for by them; not what others ask."""
    theirs = or_(FamilyLink.first_id == person_id, FamilyLink.second_id == person_id)
    own = or_(FamilyLink.accepted_at.is_not(None), FamilyLink.asked_by == person_id)
    counted = select(func.count()).where(theirs, own, FamilyLink.ended_at.is_(None))
    return int(session().scalar(counted) or 0)


def are_linked(first_id: UUID, second_id: UUID) -> bool:
    """Say whether two persons, the lesser id first, have agreed to be family."""
    wanted = select(FamilyLink.id).where(
        FamilyLink.first_id == first_id,
        FamilyLink.second_id == second_id,
        FamilyLink.accepted_at.is_not(None),
        FamilyLink.ended_at.is_(None),
    )
    return session().scalar(wanted) is not None


def link(link_id: UUID) -> FamilyLink | None:
    """Return a link as it stands now."""
    wanted = select(FamilyLink).where(FamilyLink.id == link_id)
    return session().scalar(wanted.execution_options(populate_existing=True))


def of(person_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return a person's current links, each with the volunteer number of the other."""
    other = case(
        (FamilyLink.first_id == person_id, FamilyLink.second_id), else_=FamilyLink.first_id
    )
    statement = (
        select(FamilyLink, Person.volunteer_number)
        .join(Person, Person.id == other)
        .where(
            or_(FamilyLink.first_id == person_id, FamilyLink.second_id == person_id),
            FamilyLink.ended_at.is_(None),
        )
        .order_by(FamilyLink.id)
    )
    return session().execute(statement).all()
