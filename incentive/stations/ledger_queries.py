"""SQL of a station's own ledger: the entries on its income, each with the order behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Row,
    Select,
    Subquery,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.core.ids import id_of
from incentive.ledger import history
from incentive.ledger.history import Sums
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

    The running total is made below the filter, over the whole account, so a row shows the
    same total however it was found.
    """
    entries = history.account_entries(owner(station_id), "income").subquery()
    return _rows(station_id, which, entries)


def all_rows(station_id: UUID, which: Filter) -> Subquery:
    """Return the same, to read to the end."""
    entries = history.whole_account(owner(station_id), "income").subquery()
    return _rows(station_id, which, entries)


def _rows(station_id: UUID, which: Filter, entries: Subquery) -> Subquery:
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
        .select_from(entries)
        .outerjoin(
            Redemption,
            # Said both ways: a page goes from entries to orders, one person's from orders to entries.
            (Redemption.station_id == station_id)
            & (Redemption.id == id_of(entries.c.source, "redemption"))
            & (entries.c.source == literal("redemption:") + cast(Redemption.id, Text))
            & (entries.c.kind != literal_column("'award'")),  # in the words of the index
        )
        .outerjoin(Item, Item.id == Redemption.item_id)
        .outerjoin(holder, holder.id == Redemption.person_id)
        .outerjoin(clerk, clerk.id == served_by)
    )
    if which.first_day:
        statement = statement.where(entries.c.effective_on >= which.first_day)
    if which.last_day:
        statement = statement.where(entries.c.effective_on <= which.last_day)
    if which.kind:
        statement = statement.where(entries.c.kind == which.kind)
    if which.person:
        statement = statement.where(holder.volunteer_number == which.person)
    return statement.subquery()


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
    found = rows(station_id, which)
    points_in, points_out = (
        func.coalesce(func.sum(found.c[name]), 0) for name in ("points_in", "points_out")
    )
    return Sums(*map(int, session().execute(select(func.count(), points_in, points_out)).one()))


def stream(found: Subquery) -> Iterable[Row[*tuple[Any, ...]]]:
    """Return all rows as they were booked, read from the server a chunk at a time."""
    statement = listed(found).order_by(*key(found))
    return session().execute(statement, execution_options={"yield_per": CHUNK})
