"""The warnings' SQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text

from incentive.core.db import session
from incentive.points.notices.models import PointsNotice

# Purses are found by the index of those that fall due; whoever was warned of a stage is left out.
_WARN: Final = text(
    "INSERT INTO points_notices (person_id, expires_on, stage, points, at)"
    " SELECT p.id, a.expires_on, :stage, a.balance, :at"
    " FROM accounts a JOIN persons p ON p.id = CASE WHEN a.owner ~ '^person:[0-9a-f-]{36}$'"
    " THEN substr(a.owner, 8)::uuid END"
    " WHERE a.purpose = 'available' AND a.balance > 0 AND a.asset = 'points'"
    " AND a.expires_on BETWEEN :first AND :last"
    " AND NOT EXISTS (SELECT FROM points_notices n WHERE n.person_id = p.id"
    " AND n.expires_on = a.expires_on AND n.stage = :stage)"
    " ORDER BY a.expires_on, a.id LIMIT :limit"
    " ON CONFLICT DO NOTHING RETURNING person_id"
)


def warn(stage: int, first: date, last: date, at: datetime, limit: int) -> int:
    """Note up to `limit` warnings of what expires from `first` to `last`; return how many."""
    given = {"stage": stage, "first": first, "last": last, "at": at, "limit": limit}
    return len(session().execute(_WARN, given).all())


def of(person_id: UUID, today: date) -> Sequence[PointsNotice]:
    """Return a person's warnings of what is still to expire, the nearest first, by stage."""
    wanted = select(PointsNotice).where(
        PointsNotice.person_id == person_id, PointsNotice.expires_on >= today
    )
    ordered = wanted.order_by(PointsNotice.expires_on, PointsNotice.stage)
    return session().scalars(ordered).all()
