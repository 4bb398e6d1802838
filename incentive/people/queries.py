"""People's SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select

from incentive.core.db import session
from incentive.people.models import Person, RoleGrant, SignIn
from incentive.regions.models import Region


def session_with_grants(token_hash: bytes, at: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the live session's person, one row per role held at `at` (role NULL: none)."""
    current = and_(
        RoleGrant.person_id == Person.id,
        RoleGrant.valid_from <= at,
        or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > at),
    )
    statement = (
        select(
            SignIn.id.label("sign_in_id"),
            Person.id.label("person_id"),
            Person.volunteer_number,
            RoleGrant.role,
            RoleGrant.station_id,
            Region.path.label("region_path"),
        )
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(RoleGrant, current)
        .outerjoin(Region, Region.id == RoleGrant.region_id)
        .where(
            SignIn.token_hash == token_hash,
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > at,
            Person.status == "active",
        )
    )
    return session().execute(statement).all()
