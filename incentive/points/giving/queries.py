"""The gifts' SQL."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Text, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people.models import Person
from incentive.points.giving.models import Gift


def given(giver_id: UUID, kind: str, month: date) -> int:
    """Return the points that a person gave away in a month in that way."""
    summed = select(func.coalesce(func.sum(Gift.points), 0)).where(
        Gift.giver_id == giver_id, Gift.kind == kind, Gift.month == month
    )
    return int(session().scalar(summed) or 0)


def gifts(person_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return what a person gave and what they were given, persons by their volunteer numbers."""
    mine = or_(Gift.giver_id == person_id, Gift.recipient == f"person:{person_id}")
    return _shown().where(mine)


def shown(gift_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return one gift as `gifts` does."""
    return session().execute(_shown().where(Gift.id == gift_id)).one()


def _shown() -> Select[*tuple[Any, ...]]:
    giver, getter = aliased(Person), aliased(Person)
    return (
        select(
            Gift.id,
            Gift.kind,
            giver.volunteer_number.label("giver"),
            func.coalesce(getter.volunteer_number, Gift.recipient).label("recipient"),
            Gift.points,
            Gift.transaction_id,
            Gift.at,
        )
        .join(giver, giver.id == Gift.giver_id)
        .outerjoin(getter, Gift.recipient == literal("person:") + cast(getter.id, Text))
    )
