"""Roles' SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people.models import Person, RoleGrant
from incentive.regions.models import Region


def insert_grant(values: dict[str, Any]) -> bool:
    """Insert a role; return False if it is held in that scope already."""
    statement = insert(RoleGrant).values(values).on_conflict_do_nothing()
    return session().scalar(statement.returning(RoleGrant.id)) is not None


def lock_person(person_id: UUID) -> None:
    """Wait until nobody else gives this person a role."""
    wanted = select(Person.id).where(Person.id == person_id)
    session().execute(wanted.with_for_update(key_share=True))


def is_held(granted: Mapping[str, Any], at: datetime) -> bool:
    """Say whether the person holds the role in that very scope at `at` or later, whole."""
    statement = select(RoleGrant.id).where(
        RoleGrant.person_id == granted["person_id"],
        RoleGrant.role == granted["role"],
        RoleGrant.region_id.is_not_distinct_from(granted["region_id"]),
        RoleGrant.station_id.is_not_distinct_from(granted["station_id"]),
        RoleGrant.permissions.is_not_distinct_from(granted.get("permissions")),
        _not_ended(at),
    )
    return session().scalar(statement.limit(1)) is not None


def lock_grant(grant_id: UUID, at: datetime) -> RoleGrant | None:
    """Return a role that has not ended, locked against a second end."""
    statement = select(RoleGrant).where(RoleGrant.id == grant_id, _not_ended(at))
    return session().scalar(statement.with_for_update().execution_options(populate_existing=True))


def lock_delegated(grant_id: UUID, at: datetime) -> Sequence[RoleGrant]:
    """Return what was handed on of a role and has not ended, locked."""
    statement = select(RoleGrant).where(RoleGrant.delegated_from == grant_id, _not_ended(at))
    return session().scalars(statement.order_by(RoleGrant.id).with_for_update()).all()


def lock_ended(grant_id: UUID) -> RoleGrant | None:
    """Return a role, ended or not, locked against a second undoing."""
    statement = select(RoleGrant).where(RoleGrant.id == grant_id)
    return session().scalar(statement.with_for_update().execution_options(populate_existing=True))


def lock_ended_with(grant: RoleGrant) -> Sequence[RoleGrant]:
    """Return what was handed on of a role and was ended with it, locked."""
    statement = select(RoleGrant).where(
        RoleGrant.delegated_from == grant.id,
        RoleGrant.ended_by == grant.ended_by,
        RoleGrant.ended_at == grant.ended_at,
    )
    return session().scalars(statement.order_by(RoleGrant.id).with_for_update()).all()


def delegations_of(person_id: UUID, at: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (RoleGrant, Region or None, holder's and giver's numbers) of what was handed on.

    By the person or to them, if it has not ended; the first to end first.
    """
    holder, giver = aliased(Person), aliased(Person)
    statement = (
        select(
            RoleGrant,
            Region,
            holder.volunteer_number.label("to"),
            giver.volunteer_number.label("by"),
        )
        .join(holder, holder.id == RoleGrant.person_id)
        .join(giver, giver.id == RoleGrant.granted_by)
        .outerjoin(Region, Region.id == RoleGrant.region_id)
        .where(
            RoleGrant.delegated_from.is_not(None),
            or_(RoleGrant.person_id == person_id, RoleGrant.granted_by == person_id),
            _not_ended(at),
        )
        .order_by(RoleGrant.valid_until, RoleGrant.id)
    )
    return session().execute(statement).all()


def _not_ended(at: datetime) -> ColumnElement[bool]:
    return or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > at)


def roles_of(person_id: UUID, at: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (RoleGrant, Region or None) for each role held at `at`, the oldest first."""
    statement = (
        select(RoleGrant, Region)
        .outerjoin(Region, Region.id == RoleGrant.region_id)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.valid_from <= at,
            _not_ended(at),
        )
        .order_by(RoleGrant.id)
    )
    return session().execute(statement).all()
