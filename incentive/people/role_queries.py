"""Roles' SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.people.models import RoleGrant
from incentive.regions.models import Region


def insert_grant(values: dict[str, Any]) -> bool:
    """Insert a role; return False if it is held in that scope already."""
    statement = insert(RoleGrant).values(values).on_conflict_do_nothing()
    return session().scalar(statement.returning(RoleGrant.id)) is not None


def lock_grant(grant_id: UUID) -> RoleGrant | None:
    """Return a role that is held, locked against a second end."""
    statement = select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.valid_until.is_(None))
    return session().scalar(statement.with_for_update())


def roles_of(person_id: UUID, at: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (RoleGrant, Region or None) for each role held at `at`, the oldest first."""
    statement = (
        select(RoleGrant, Region)
        .outerjoin(Region, Region.id == RoleGrant.region_id)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.valid_from <= at,
            RoleGrant.valid_until.is_(None) | (RoleGrant.valid_until > at),
        )
        .order_by(RoleGrant.id)
    )
    return session().execute(statement).all()
