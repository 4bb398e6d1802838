"""SQL of stations, their items and stock. Orders' is in order_queries, the ledger's in ledger_queries.

One lock order everywhere: a stocktake, redemptions (by id), then items (by id), then the ledger's
accounts (which it locks by id itself). An order being made has no row to lock yet, and
begins at its item.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)

from incentive.core.db import session
from incentive.regions.models import Region
from incentive.stations.domain import EARTH_RADIUS_METRES, STOCK_MAX, Box
from incentive.stations.models import Item, Station
from incentive.stations.stock.models import StockMovement


def region(code: str) -> Region | None:
    """Return the region that has `code` now."""
    return session().scalar(select(Region).filter_by(code=code, valid_until=None))


def stations() -> Select[*tuple[Any, ...]]:
    """Return every station with its region: rows (Station, region_code, region_name, region_path)."""
    return select(
        Station,
        Region.code.label("region_code"),
        Region.name.label("region_name"),
        Region.path.label("region_path"),
    ).join(Region, Region.id == Station.region_id)


def station(station_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one station."""
    return session().execute(stations().where(Station.id == station_id)).one_or_none()


def lock_station(station_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one station, which nobody else may change until the transaction ends."""
    found = stations().where(Station.id == station_id)
    locked = found.with_for_update(of=Station, key_share=True)
    return session().execute(locked, execution_options={"populate_existing": True}).one_or_none()


def within_region(path: str) -> ColumnElement[bool]:
    """Lies in the region at `path` or below."""
    below: ColumnElement[bool] = Region.path.op("<@", is_comparison=True)(path)
    return below


def within_box(box: Box) -> Sequence[ColumnElement[bool]]:
    """Lies in the box; the index on (latitude, longitude) answers this."""
    near: list[ColumnElement[bool]] = [Station.latitude.between(*box.latitudes)]
    if box.longitudes:
        near.append(Station.longitude.between(*box.longitudes))
    return near


def metres_from(latitude: float, longitude: float) -> ColumnElement[int]:
    """Return the great-circle distance to a place, in whole metres (haversine)."""
    rise = func.sin(func.radians(Station.latitude - latitude) / 2)
    run = func.sin(func.radians(Station.longitude - longitude) / 2)
    flat = func.cos(func.radians(latitude)) * func.cos(func.radians(Station.latitude))
    half_chord = func.sqrt(rise * rise + flat * run * run)
    # Rounding may push the chord of two antipodes past the diameter.
    angle = 2 * func.asin(func.least(1.0, half_chord))
    return cast(func.round(EARTH_RADIUS_METRES * angle), Integer)


def items(station_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return a station's items."""
    return select(Item).where(Item.station_id == station_id)


def item_with_station(item_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return (Item, Station, region_path) of one item."""
    statement = (
        select(Item, Station, Region.path.label("region_path"))
        .join(Station, Station.id == Item.station_id)
        .join(Region, Region.id == Station.region_id)
        .where(Item.id == item_id)
    )
    return session().execute(statement).one_or_none()


def refresh(item: Item) -> None:
    """Read an item again, as this transaction has left it."""
    session().refresh(item)


def lock_items(item_ids: Sequence[UUID]) -> None:
    """Lock items in the order of their ids, as everybody does."""
    ordered = select(Item.id).where(Item.id.in_(item_ids)).order_by(Item.id)
    session().execute(ordered.with_for_update(key_share=True)).all()


def take_stock(item_id: UUID, quantity: int) -> Row[*tuple[Any, ...]] | None:
    """Take goods off an offered item of an open station, and keep its row locked.

    Return (station_id, points_price, per_person_limit), or `None` if that cannot be.
    """
    statement = (
        update(Item)
        .where(
            Item.id == item_id,
            Item.status == "offered",
            Item.stock >= quantity,
            Item.station_id == Station.id,
            Station.status == "open",
        )
        .values(stock=Item.stock - quantity)
        .returning(Item.station_id, Item.points_price, Item.per_person_limit)
        .execution_options(synchronize_session=False)
    )
    return session().execute(statement).one_or_none()


def change_stock(item_id: UUID, change: int) -> int | None:
    """Add goods to what is free and lies on the shelf, or take them off, and keep the row locked.

    Return the new stock, or `None` if it would be below zero or more than a station keeps.
    """
    return session().scalar(
        update(Item)
        .where(Item.id == item_id, (Item.stock + change).between(0, STOCK_MAX))
        .values(stock=Item.stock + change, on_shelf=Item.on_shelf + change)
        .returning(Item.stock)
        .execution_options(synchronize_session=False)
    )


def hand_over(item_id: UUID, quantity: int) -> None:
    """Take an order's goods, which were held, off the shelf."""
    session().execute(
        update(Item)
        .where(Item.id == item_id)
        .values(on_shelf=Item.on_shelf - quantity)
        .execution_options(synchronize_session=False)
    )


def return_stock(item_id: UUID, quantity: int, *, handed_over: bool) -> None:
    """Free an order's goods again; those that were handed over are back on the shelf as well."""
    session().execute(
        update(Item)
        .where(Item.id == item_id)
        .values(
            stock=Item.stock + quantity,
            on_shelf=Item.on_shelf + (quantity if handed_over else 0),
        )
        .execution_options(synchronize_session=False)
    )


def move(item_id: UUID, kind: str, *, delta: int, shelf: int, **more: Any) -> int:
    """Write down why the number of an item's goods changed, and return the movement's id.

    `more` are the other columns of `StockMovement`: `day`, `at` and `by_person_id` always.
    """
    values = {"kind": kind, "delta": delta, "shelf": shelf, **more}
    columns = StockMovement.__table__.c
    found = select(
        Item.id,
        Item.station_id,
        *(literal(value, columns[name].type) for name, value in values.items()),
    ).where(Item.id == item_id)
    moved = insert(StockMovement).from_select(["item_id", "station_id", *values], found)
    movement_id: int = session().execute(moved.returning(StockMovement.id)).scalar_one()
    return movement_id
