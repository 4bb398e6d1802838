"""The gifts' SQL."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from incentive.core.db import session
from incentive.points.giving.models import Gift


def given(giver_id: UUID, kind: str, month: date) -> int:
    """Return the points that a person gave away in a month in that way."""
    summed = select(func.coalesce(func.sum(Gift.points), 0)).where(
        Gift.giver_id == giver_id, Gift.kind == kind, Gift.month == month
    )
    return int(session().scalar(summed) or 0)


def gifts(person_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return what a person gave and what they were given."""
    return select(Gift).where(
        or_(Gift.giver_id == person_id, Gift.recipient == f"person:{person_id}")
    )
