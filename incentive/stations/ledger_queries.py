"""SQL of a station's own ledger: the entries on its income, each with the order behind it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, Subquery, Text, case, cast, func, literal, select
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.ledger import history
from incentive.people.models import Person
from incentive.stations.domain import owner
from incentive.stations.models import Item, Redemption

# How many rows an export holds in memory at a time.
CHUNK: Final = 1000
_KEY: Final = ("transaction_id", "line")


def rows(
    station_id: UUID,
    *,
    first_day: date | None,
    last_day: date | None,
    kind: str | None,
    person: str | None,
) -> Subquery:
    """Return the entries that pass the filter, as a subquery.

    The running total is made below the filter, over the whole account, so a row shows the
    same total however it was found.
    """
    entries = history.account_entries(owner(station_id), "income").subquery()
    holder, clerk = aliased(Person), aliased(Person)
    served_by = case(
        (entries.c.kind == "redemption", Redemption.collected_by), else_=Redemption.closed_by
    )
    statement = (
        select(
            entries.c.transaction_id,
            entries.c.line,
            entries.c.effective_on.label("day"),
            entries.c.posted_at.label("at"),
            entries.c.kind,
            entries.c.reason,
            func.greatest(entries.c.amount, 0).label("points_in"),
            func.greatest(-entries.c.amount, 0).label("points_out"),
            entries.c.running_total,
            Redemption.id.label("redemption_id"),
            Redemption.quantity,
            Item.name.label("item"),
            holder.volunteer_number,
            clerk.volunteer_number.label("served_by"),
        )
        .outerjoin(
            Redemption,
            (Redemption.station_id == station_id)
            & (entries.c.source == literal("redemption:") + cast(Redemption.id, Text)),
        )
        .outerjoin(Item, Item.id == Redemption.item_id)
        .outerjoin(holder, holder.id == Redemption.person_id)
        .outerjoin(clerk, clerk.id == served_by)
    )
    if first_day:
        statement = statement.where(entries.c.effective_on >= first_day)
    if last_day:
        statement = statement.where(entries.c.effective_on <= last_day)
    if kind:
        statement = statement.where(entries.c.kind == kind)
    if person:
        statement = statement.where(holder.volunteer_number == person)
    return statement.subquery()


def listed(found: Subquery) -> Select[*tuple[Any, ...]]:
    """Return the rows of `rows` as a statement."""
    return select(*(column for column in found.c if column.name not in _KEY))


def key(found: Subquery) -> Sequence[Any]:
    """Return what orders the rows: as they were booked."""
    return [found.c[name] for name in _KEY]


def totals(found: Subquery) -> Row[*tuple[Any, ...]]:
    """Return rows (how many), points_in and points_out of everything that passes the filter."""
    points_in, points_out = (
        func.coalesce(func.sum(found.c[name]), 0).label(name)
        for name in ("points_in", "points_out")
    )
    return session().execute(select(func.count().label("rows"), points_in, points_out)).one()


def stream(found: Subquery) -> Iterable[Row[*tuple[Any, ...]]]:
    """Return all rows as they were booked, read from the server a chunk at a time."""
    statement = listed(found).order_by(*key(found))
    return session().execute(statement, execution_options={"yield_per": CHUNK})
