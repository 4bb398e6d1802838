"""SQL of orders. The lock order is told in `queries`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from incentive.core.db import session
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.models import Item, Redemption, Station
from incentive.stations.stock.models import StockMovement


def orders() -> Select[*tuple[Any, ...]]:
    """Return every order with what it is of, where, and whose."""
    return (
        select(
            Redemption,
            Item.name.label("item_name"),
            Station.name.label("station_name"),
            Station.address.label("station_address"),
            Person.volunteer_number,
            Region.path.label("region_path"),
        )
        .join(Item, Item.id == Redemption.item_id)
        .join(Station, Station.id == Redemption.station_id)
        .join(Region, Region.id == Station.region_id)
        .join(Person, Person.id == Redemption.person_id)
    )


def order(which: ColumnElement[bool]) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one order."""
    return session().execute(orders().where(which)).one_or_none()


def lock_order(which: ColumnElement[bool]) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one order as it is now, and let nobody else decide on it meanwhile."""
    locked = orders().where(which).with_for_update(of=Redemption, key_share=True)
    return session().execute(locked, execution_options={"populate_existing": True}).one_or_none()


def quantity_had(item_id: UUID, person_id: UUID) -> int:
    """Return how many of an item a person holds or has collected."""
    had = session().scalar(
        select(func.coalesce(func.sum(Redemption.quantity), 0)).where(
            Redemption.item_id == item_id,
            Redemption.person_id == person_id,
            Redemption.status.in_(("held", "collected")),
        )
    )
    return int(had or 0)


def handed_over(station_id: UUID, since: datetime, until: datetime) -> Row[*tuple[Any, ...]]:
    """Return (orders, points) that a station handed over in a time, refunds included."""
    statement = select(func.count(), func.coalesce(func.sum(Redemption.points), 0)).where(
        Redemption.station_id == station_id,
        Redemption.collected_at >= since,
        Redemption.collected_at < until,
    )
    return session().execute(statement).one()


def shelf(station_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (Item, how many of it are held for orders) for all that a station offers, by name."""
    held = func.coalesce(func.sum(Redemption.quantity), 0)
    waiting = (Redemption.item_id == Item.id) & (Redemption.status == "held")
    statement = (
        select(Item, held.label("held"))
        .outerjoin(Redemption, waiting)
        .where(Item.station_id == station_id, Item.status == "offered")
        .group_by(Item.id)
        .order_by(Item.name, Item.id)
    )
    return session().execute(statement).all()


def due(
    at: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[datetime, UUID]]:
    """Return (expires_at, id) of orders not collected by `at`, in that order, after `after`."""
    key = tuple_(Redemption.expires_at, Redemption.id)
    statement = select(Redemption.expires_at, Redemption.id).where(
        Redemption.status == "held", Redemption.expires_at <= at
    )
    if after:
        statement = statement.where(key > after)
    rows = session().execute(statement.order_by(*key.clauses).limit(limit))
    return [(row.expires_at, row.id) for row in rows]


def lock_due(order_ids: Sequence[UUID], at: datetime) -> Sequence[Redemption]:
    """Return those of the orders that are still due, locked; what others decide on is left out."""
    statement = (
        select(Redemption)
        .where(
            Redemption.id.in_(order_ids),
            Redemption.status == "held",
            Redemption.expires_at <= at,
        )
        .order_by(Redemption.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return session().scalars(statement, execution_options={"populate_existing": True}).all()


def mark_lapsed(order_ids: Sequence[UUID], at: datetime) -> None:
    """Close locked orders as lapsed."""
    session().execute(
        update(Redemption)
        .where(Redemption.id.in_(order_ids))
        .values(status="lapsed", closed_at=at)
        .execution_options(synchronize_session=False)
    )


def release_goods(order_ids: Sequence[UUID], at: datetime, day: date) -> None:
    """Free the goods of orders again, which never left the shelf; their items are locked already."""
    given_back = (
        select(Redemption.item_id, func.sum(Redemption.quantity).label("quantity"))
        .where(Redemption.id.in_(order_ids))
        .group_by(Redemption.item_id)
        .subquery()
    )
    session().execute(
        update(Item)
        .where(Item.id == given_back.c.item_id)
        .values(stock=Item.stock + given_back.c.quantity)
        .execution_options(synchronize_session=False)
    )
    moved = select(
        Redemption.station_id,
        Redemption.item_id,
        literal("returned"),
        Redemption.quantity,
        literal(0),
        literal(day),
        literal(at),
        Redemption.id,
    ).where(Redemption.id.in_(order_ids))
    columns = ["station_id", "item_id", "kind", "delta", "shelf", "day", "at", "redemption_id"]
    session().execute(insert(StockMovement).from_select(columns, moved))


def count_held(person_id: UUID) -> int:
    """Return how many of a person's orders wait to be collected."""
    wanted = (
        select(func.count())
        .select_from(Redemption)
        .where(Redemption.person_id == person_id, Redemption.status == "held")
    )
    return int(session().scalar(wanted) or 0)
