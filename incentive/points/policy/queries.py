"""The policies' SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select, text

from incentive.core.db import session
from incentive.people import reach
from incentive.people.models import RoleGrant
from incentive.points.policy.models import PointsPolicy
from incentive.regions.models import Region


def lock() -> None:
    """Let one change at a time be made, so that the latest row is the last decision."""
    session().execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('policy ' || current_schema(), 0))")
    )


def latest() -> PointsPolicy:
    """Return the policy that holds; a jurisdiction begins with one."""
    newest = PointsPolicy.created_at.desc(), PointsPolicy.id.desc()
    return session().scalars(select(PointsPolicy).order_by(*newest).limit(1)).one()


def held_outside(roles: Collection[str], paths: Sequence[str], at: datetime) -> bool:
    """Say whether anybody holds one of `roles` at `at` outside the subtrees at `paths`."""
    outside = (
        select(RoleGrant.id)
        .join(Region, Region.id == RoleGrant.region_id)
        .where(
            RoleGrant.role.in_(roles),
            RoleGrant.valid_from <= at,
            or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > at),
            ~reach.within(Region.path, paths),
        )
    )
    return bool(session().scalar(select(outside.exists())))
