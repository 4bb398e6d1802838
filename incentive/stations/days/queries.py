"""SQL of a station's days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    Text,
    cast,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.ledger.models import Account, Entry, Transaction
from incentive.people.models import Person
from incentive.stations.days.models import DayClose
from incentive.stations.domain import owner
from incentive.stations.models import Item, Redemption
from incentive.stations.stock.models import StockMovement


def item_ids(station_id: UUID) -> list[UUID]:
    """Return a station's items, in the order of their ids."""
    return list(
        session().scalars(select(Item.id).where(Item.station_id == station_id).order_by(Item.id))
    )


def far(station_id: UUID) -> tuple[int, int]:
    """Return the last movement and the last transaction of a station's, 0 if there is none."""
    movement = select(func.coalesce(func.max(StockMovement.id), 0)).where(
        StockMovement.station_id == station_id
    )
    transaction = (
        select(func.coalesce(func.max(Entry.transaction_id), 0))
        .join(Account, Account.id == Entry.account_id)
        .where(Account.owner == owner(station_id), Account.purpose == "income")
    )
    row = session().execute(select(movement.scalar_subquery(), transaction.scalar_subquery())).one()
    return int(row[0]), int(row[1])


def add(row: Mapping[str, Any]) -> bool:
    """Keep a signed day; say whether nobody was first with this version."""
    statement = insert(DayClose).values(row).on_conflict_do_nothing()
    return session().scalar(statement.returning(DayClose.version)) is not None


def versions(station_id: UUID, day: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (DayClose, volunteer number) of every time that a day was signed, the first first."""
    statement = (
        select(DayClose, Person.volunteer_number)
        .join(Person, Person.id == DayClose.closed_by)
        .where(DayClose.station_id == station_id, DayClose.day == day)
        .order_by(DayClose.version)
    )
    return session().execute(statement).all()


def days(
    station_id: UUID, first_day: date, last_day: date
) -> tuple[Select[*tuple[Any, ...]], ColumnElement[date]]:
    """Return every day from one to another, and its column to order by.

    Each with who closed it, and whether anything came after it was signed last.
    """
    since = func.generate_series(0, (last_day - first_day).days).column_valued("since")
    each = select(cast(cast(literal(first_day), Date) + since, Date).label("day"))
    day = each.subquery()
    closed = (
        select(DayClose.closed_at, Person.volunteer_number)
        .join(Person, Person.id == DayClose.closed_by)
        .where(DayClose.station_id == station_id, DayClose.day == day.c.day, DayClose.version == 1)
        .lateral()
    )
    last = (
        select(DayClose.version, DayClose.last_movement_id, DayClose.last_transaction_id)
        .where(DayClose.station_id == station_id, DayClose.day == day.c.day)
        .order_by(DayClose.version.desc())
        .limit(1)
        .lateral()
    )
    handed_over = (
        select(
            func.count().label("orders"),
            func.coalesce(func.sum(-StockMovement.shelf), 0).label("pieces"),
        )
        .where(
            StockMovement.station_id == station_id,
            StockMovement.day == day.c.day,
            StockMovement.kind == "given",
        )
        .lateral()
    )
    moved_later = exists().where(
        StockMovement.station_id == station_id,
        StockMovement.day == day.c.day,
        StockMovement.id > last.c.last_movement_id,
    )
    statement = (
        select(
            day.c.day,
            closed.c.closed_at,
            closed.c.volunteer_number.label("closed_by"),
            last.c.version,
            handed_over.c.orders,
            handed_over.c.pieces,
            (moved_later | _posted_later(station_id, day.c.day, last.c.last_transaction_id)).label(
                "after_close"
            ),
        )
        .select_from(day)
        .outerjoin(closed, true())
        .outerjoin(last, true())
        .outerjoin(handed_over, true())
    )
    return statement, day.c.day


def _posted_later(station_id: UUID, day: Any, last: Any) -> Any:
    return exists(
        select(Entry.transaction_id)
        .join(Account, Account.id == Entry.account_id)
        .join(Transaction, Transaction.id == Entry.transaction_id)
        .where(
            Account.owner == owner(station_id),
            Account.purpose == "income",
            Transaction.effective_on == day,
            Entry.transaction_id > last,
        )
    )


def points_after(
    station_id: UUID, day: date, last: int, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the entries on a day with a higher transaction than `last`, as booked."""
    statement = (
        select(
            Transaction.kind,
            Transaction.posted_at.label("at"),
            Transaction.reason,
            Entry.amount,
            Item.name.label("item"),
        )
        .join(Account, Account.id == Entry.account_id)
        .join(Transaction, Transaction.id == Entry.transaction_id)
        .outerjoin(
            Redemption,
            (Redemption.station_id == station_id)
            & (Transaction.source == literal("redemption:") + cast(Redemption.id, Text)),
        )
        .outerjoin(Item, Item.id == Redemption.item_id)
        .where(
            Account.owner == owner(station_id),
            Account.purpose == "income",
            Transaction.effective_on == day,
            Entry.transaction_id > last,
        )
        .order_by(Entry.transaction_id, Entry.line)
        .limit(limit)
    )
    return session().execute(statement).all()


def opened_on(station_id: UUID) -> date | None:
    """Return the day of a station's first goods, which is when its days begin."""
    return session().scalar(
        select(func.min(StockMovement.day)).where(StockMovement.station_id == station_id)
    )
