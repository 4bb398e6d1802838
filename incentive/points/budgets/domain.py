"""Decisions on budgets: which days a period has, and what still fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal
from uuid import UUID

Period = Literal["month", "quarter", "year"]
MONTHS: Final[dict[str, int]] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Demand:
    """Points (≥ 1) to be issued in a region for `day`, by the transaction `key`, to a person."""

    key: str
    region_id: UUID
    day: date
    person_id: UUID
    points: int


def months_of(period: str, day: date) -> list[date]:
    """Return the first days of the months of the period in which `day` lies."""
    length = MONTHS[period]
    first = (day.month - 1) // length * length + 1
    return [date(day.year, month, 1) for month in range(first, first + length)]


def last_day(month: date) -> date:
    """Return the last day of the month that begins on `month`."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def admit(
    demands: Sequence[tuple[Demand, UUID]],
    rooms: Mapping[UUID, int],
    approved: Mapping[str, int],
) -> set[str]:
    """Return the keys of the demands that fit into their budgets, in their order.

    What does not fit is passed over, so that a smaller one behind it may still be paid. `approved`
    ones bring room of their own, up to the points that were approved.
    """
    left = dict(rooms)
    fitting = set()
    for demand, budget_id in demands:
        beyond = max(demand.points - approved.get(demand.key, 0), 0)
        if beyond <= left[budget_id]:
            left[budget_id] -= beyond
            fitting.add(demand.key)
    return fitting
