"""SQL of a station's own ledger: the entries on its income, each with the order behind it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Row,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.core.ids import id_of
from incentive.ledger import history
from incentive.ledger.history import Days, Sums
from incentive.people.models import Person
from incentive.stations.domain import owner
from incentive.stations.models import Item, Redemption

# How many rows an export holds in memory at a time.
CHUNK: Final = 1000
_KEY: Final = ("transaction_id", "line")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: local days (both within), kind of transaction, volunteer number."""

    first_day: date | None = None
    last_day: date | None = None
    kind: str | None = None
    person: str | None = None


def rows(station_id: UUID, which: Filter) -> Subquery:
    """Return the entries that pass the filter, as a subquery to page through.

    The running total is made below the filter, of the whole account, so a row shows the same
    total however it was found.
    """
    days = Days(which.first_day, which.last_day)
    entries = history.account_entries(owner(station_id), "income", days=days).subquery()
    order = aliased(Redemption)
    behind = select(order).where(_is_behind(order, station_id, entries)).limit(1)
    # One by one: the planner, who takes a page's rows for many, would read all orders for them.
    return _rows(station_id, which, entries, behind.correlate(entries).lateral(), true())


def all_rows(station_id: UUID, which: Filter) -> Subquery:
    """Return the same, to read to the end."""
    days = Days(which.first_day, which.last_day)
    entries = history.account_stretch(owner(station_id), "income", days=days).subquery()
    orders = Redemption.__table__.alias()
    return _rows(station_id, which, entries, orders, _is_behind(orders.c, station_id, entries))


def counted(station_id: UUID, which: Filter) -> Subquery:
    """Return the `kind` and `amount` of each of them, to be counted: no order is looked up."""
    days = Days(which.first_day, which.last_day)
    entries = history.account_entries(owner(station_id), "income", days=days).subquery()
    passing = _passing(station_id, which, entries)
    return select(entries.c.kind, entries.c.amount).where(*passing).subquery()


def _is_behind(order: Any, station_id: UUID, entries: Subquery) -> ColumnElement[bool]:
    behind: ColumnElement[bool] = and_(
        order.station_id == station_id, order.id == id_of(entries.c.source, "redemption")
    )
    return behind


def _rows(
    station_id: UUID,
    which: Filter,
    entries: Subquery,
    orders: FromClause,
    behind: ColumnElement[bool],
) -> Subquery:
    order = orders.c
    holder, clerk = aliased(Person), aliased(Person)
    served_by = case((entries.c.kind == "redemption", order.collected_by), else_=order.closed_by)
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
            order.id.label("redemption_id"),
            order.quantity,
            Item.name.label("item"),
            holder.volunteer_number,
            clerk.volunteer_number.label("served_by"),
        )
        .select_from(entries)
        .outerjoin(orders, behind)
        .outerjoin(Item, Item.id == order.item_id)
        .outerjoin(holder, holder.id == order.person_id)
        .outerjoin(clerk, clerk.id == served_by)
    )
    return statement.where(*_passing(station_id, which, entries)).subquery()


def _passing(station_id: UUID, which: Filter, entries: Subquery) -> Iterator[ColumnElement[bool]]:
    if which.first_day:
        yield entries.c.effective_on >= which.first_day
    if which.last_day:
        yield entries.c.effective_on <= which.last_day
    if which.kind:
        yield entries.c.kind == which.kind
    if which.person:
        # Looked up first: whoever walks the account for a few orders may walk it to its end.
        booked = cast(_booked(station_id, which.person), ARRAY(BigInteger))
        yield entries.c.transaction_id == func.any(booked)


def _booked(station_id: UUID, person: str) -> Sequence[int]:
    """Return the ids of the transactions of a person's orders at a station."""
    orders = (
        select(Redemption.id)
        .join(Person, Person.id == Redemption.person_id)
        .where(Person.volunteer_number == person, Redemption.station_id == station_id)
    )
    return history.ids_of_sources([f"redemption:{id_}" for id_ in session().scalars(orders)])


def listed(found: Subquery) -> Select[*tuple[Any, ...]]:
    """Return the rows of `rows` as a statement."""
    return select(*(column for column in found.c if column.name not in _KEY))


def key(found: Subquery) -> Sequence[Any]:
    """Return what orders the rows: as they were booked."""
    return [found.c[name] for name in _KEY]


def totals(station_id: UUID, which: Filter) -> Sums:
    """Return the sums of everything that passes the filter.

    By days alone they are kept; of one kind or person the entries are summed.
    """
    if not which.kind and not which.person:
        return history.sums(owner(station_id), "income", first=which.first_day, last=which.last_day)
    found = counted(station_id, which)
    points_in, points_out = (
        func.coalesce(func.sum(func.greatest(amount, 0)), 0)
        for amount in (found.c.amount, -found.c.amount)
    )
    return Sums(*map(int, session().execute(select(func.count(), points_in, points_out)).one()))


def stream(found: Subquery) -> Iterable[Row[*tuple[Any, ...]]]:
    """Return all rows as they were booked, read from the server a chunk at a time."""
    statement = listed(found).order_by(*key(found))
    return session().execute(statement, execution_options={"yield_per": CHUNK})
