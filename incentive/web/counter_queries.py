"""What the counter and the lists of stations show: reads only, each in one round trip."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, func, select

from incentive.core.db import session
from incentive.people import reach
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.domain import HELD_FOR
from incentive.stations.models import Item, Redemption, Station

GOODS_MAX: Final = 60
_HANDED_OVER: Final = ("collected", "refunded")


def nearest_with_goods(home: str | None, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return open stations that offer goods: of the home's community, street, county, then others."""
    offers = select(Item.id).where(Item.station_id == Station.id, Item.status == "offered")
    statement = (
        select(Station.id, Station.name, Station.address)
        .join(Region, Region.id == Station.region_id)
        .where(Station.status == "open", offers.exists())
        .order_by(*_distance(home), Station.name, Station.id)
        .limit(limit)
    )
    return session().execute(statement).all()


def goods_at(
    station_ids: Sequence[UUID], person_id: UUID | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (Item, had) of what the stations offer: how many of it the person holds or had."""
    had = (
        select(func.coalesce(func.sum(Redemption.quantity), 0))
        .where(
            Redemption.item_id == Item.id,
            Redemption.person_id == person_id,
            Redemption.status.in_(("held", "collected")),
        )
        .scalar_subquery()
    )
    statement = (
        select(Item, had.label("had"))
        .where(Item.station_id.in_(station_ids), Item.status == "offered")
        .order_by(Item.points_price, Item.name, Item.id)
        .limit(GOODS_MAX)
    )
    return session().execute(statement).all()


def stock_of(station_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return item, price, stock (what can still be promised) and held of a station's goods."""
    held = (
        select(Redemption.item_id, func.sum(Redemption.quantity).label("quantity"))
        .where(Redemption.station_id == station_id, Redemption.status == "held")
        .group_by(Redemption.item_id)
        .subquery()
    )
    statement = (
        select(
            Item.name.label("item"),
            Item.points_price.label("price"),
            Item.stock,
            func.coalesce(held.c.quantity, 0).label("held"),
        )
        .outerjoin(held, held.c.item_id == Item.id)
        .where(Item.station_id == station_id, Item.status == "offered")
        .order_by(Item.name, Item.id)
        .limit(GOODS_MAX)
    )
    return session().execute(statement).all()


def handed_over(
    station_id: UUID, since: datetime, limit: int
) -> tuple[int, int, Sequence[Row[*tuple[Any, ...]]]]:
    """Return orders handed over since then and not refunded, their points, and the latest rows.

    A refunded order stays among the rows; the sums are without it.
    """
    # Nothing is handed over later than it may be collected, so older orders need no look.
    then = and_(
        Redemption.station_id == station_id,
        Redemption.status.in_(_HANDED_OVER),
        Redemption.held_at >= since - HELD_FOR,
        Redemption.collected_at >= since,
    )
    stays = Redemption.status == "collected"
    statement = (
        select(
            Redemption,
            Item.name.label("item_name"),
            Station.name.label("station_name"),
            Station.address.label("station_address"),
            Person.volunteer_number,
            func.count().filter(stays).over().label("orders"),
            func.coalesce(func.sum(Redemption.points).filter(stays).over(), 0).label("points"),
        )
        .join(Item, Item.id == Redemption.item_id)
        .join(Station, Station.id == Redemption.station_id)
        .join(Person, Person.id == Redemption.person_id)
        .where(then)
        .order_by(Redemption.collected_at.desc(), Redemption.id)
        .limit(limit)
    )
    rows = session().execute(statement).all()
    return (int(rows[0].orders), int(rows[0].points), rows) if rows else (0, 0, rows)


def stations_within(
    paths: Sequence[str], ids: Sequence[UUID], limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the stations of some subtrees, and some by id, by name."""
    statement = (
        select(Station.id, Station.name, Station.address, Station.status, Region.path)
        .join(Region, Region.id == Station.region_id)
        .where(reach.within_or_at(Region.path, Station.id, paths, ids))
        .order_by(Station.name, Station.id)
        .limit(limit)
    )
    return session().execute(statement).all()


def _distance(home: str | None) -> list[ColumnElement[int]]:
    """Order by how far up the tree a station and the home meet: 0 is the home itself."""
    above = home.split(".") if home else []
    steps = [".".join(above[:depth]) for depth in range(len(above), 1, -1)]
    if not steps:
        return []
    near: list[Any] = [(Region.path.within(path), step) for step, path in enumerate(steps)]
    return [case(*near, else_=len(steps))]
