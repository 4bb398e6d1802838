"""Goods come and go: received, spoiled, sent back, corrected; orders move theirs in `orders`.

A movement is never changed. One made by mistake is taken back by a counter-movement that
names it; both stay in the books.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.stations import queries as stations
from incentive.stations import service
from incentive.stations.domain import STOCK_MAX
from incentive.stations.errors import DaysBackwards
from incentive.stations.models import Item
from incentive.stations.stock import queries
from incentive.stations.stock.domain import CORRECTABLE, counts_on
from incentive.stations.stock.errors import (
    AlreadyCorrected,
    CountedSince,
    NotCorrectable,
    StockTooLarge,
    StockTooSmall,
    UnknownMovement,
)
from incentive.stations.stock.models import StockMovement
from incentive.stations.stocktakes.errors import StocktakeUnderWay

_ACTS: Final = {
    "received": "goods.receive",
    "spoiled": "goods.spoil",
    "sent_back": "goods.send_back",
    "corrected": "goods.correct",
}
# How far back the list of goods tells what came and went.
MOVED_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Filter:
    """Which movements: local days (both within), kind, item."""

    first_day: date | None = None
    last_day: date | None = None
    kind: str | None = None
    item_id: UUID | None = None


def shelves(
    caller: Caller, station_id: UUID, at: datetime, *, cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of what a station has, by name: free, held, on the shelf, moved of late.

    Raises:
        UnknownStation, OutOfScope: nothing is shown.
    """
    service.require_at(caller, "station.goods", station_id)
    found = queries.shelves(station_id, day_of(at) - timedelta(days=MOVED_DAYS - 1))
    return page(found, [Item.name, Item.id], cursor=cursor, limit=limit, scalars=False)


def movements(
    caller: Caller, station_id: UUID, which: Filter, *, cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of a station's movements, the latest first.

    Raises:
        UnknownStation, OutOfScope, DaysBackwards: nothing is shown.
    """
    service.require_at(caller, "station.goods", station_id)
    if which.first_day and which.last_day and which.first_day > which.last_day:
        raise DaysBackwards
    found = queries.movements(
        station_id,
        item_id=which.item_id,
        kind=which.kind,
        first_day=which.first_day,
        last_day=which.last_day,
    )
    return page(
        found, [StockMovement.id], cursor=cursor, limit=limit, newest_first=True, scalars=False
    )


def receive(
    caller: Caller,
    item_id: UUID,
    quantity: int,
    at: datetime,
    *,
    day: date | None = None,
    supplier: str = "",
    delivery_note: str = "",
    unit_cost_fen: int | None = None,
    note: str = "",
) -> Item:
    """Put `quantity` (≥ 1) goods received on the shelf; the cost is that of one, in fen.

    Raises:
        UnknownItem, OutOfScope, DayOutOfRange, StockTooLarge: nothing was written.
    """
    item = service.item_in_charge(caller, item_id)
    _write(
        caller,
        item,
        "received",
        quantity,
        at,
        day=counts_on(day, day_of(at)),
        supplier=supplier,
        delivery_note=delivery_note,
        unit_cost_fen=unit_cost_fen,
        reason=note,
    )
    return item


def spoil(
    caller: Caller,
    item_id: UUID,
    quantity: int,
    at: datetime,
    *,
    cause: str,
    note: str = "",
    day: date | None = None,
) -> Row[*tuple[Any, ...]]:
    """Take `quantity` (≥ 1) goods that nobody can have any more off the shelf.

    Raises:
        UnknownItem, OutOfScope, DayOutOfRange, StockTooSmall: nothing was written.
    """
    item = service.item_in_charge(caller, item_id)
    counted = counts_on(day, day_of(at))
    return _write(caller, item, "spoiled", -quantity, at, day=counted, cause=cause, reason=note)


def send_back(
    caller: Caller,
    item_id: UUID,
    quantity: int,
    at: datetime,
    *,
    reason: str,
    supplier: str = "",
    day: date | None = None,
) -> Row[*tuple[Any, ...]]:
    """Return `quantity` (≥ 1) goods to their supplier.

    Raises:
        UnknownItem, OutOfScope, DayOutOfRange, StockTooSmall: nothing was written.
    """
    item = service.item_in_charge(caller, item_id)
    counted = counts_on(day, day_of(at))
    return _write(
        caller, item, "sent_back", -quantity, at, day=counted, supplier=supplier, reason=reason
    )


def correct(
    caller: Caller, movement_id: int, at: datetime, *, reason: str
) -> Row[*tuple[Any, ...]]:
    """Take back a movement that was written down by mistake, with one that names it.

    Raises:
        UnknownMovement, OutOfScope, NotCorrectable, AlreadyCorrected, StockTooSmall,
        StockTooLarge: nothing was written.
        StocktakeUnderWay, CountedSince: the goods were counted since, so the mistake is in that
            difference.
    """
    wrong = queries.movement(movement_id)
    if wrong is None:
        raise UnknownMovement
    item = service.item_in_charge(caller, wrong.item_id)
    if wrong.kind not in CORRECTABLE:
        raise NotCorrectable(wrong.kind)
    # Locked before the look: of two who correct the same movement, the second sees the first.
    stations.lock_items([item.id])
    if queries.corrected(movement_id):
        raise AlreadyCorrected
    if (stocktake := queries.counted_since(movement_id)) is not None:
        if stocktake.status == "open":
            raise StocktakeUnderWay(stocktake.id)
        raise CountedSince(stocktake.id, day_of(stocktake.closed_at))
    change = -wrong.delta
    return _write(
        caller, item, "corrected", change, at, day=day_of(at), corrects_id=wrong.id, reason=reason
    )


def _write(
    caller: Caller, item: Item, kind: str, change: int, at: datetime, **more: Any
) -> Row[*tuple[Any, ...]]:
    free = stations.change_stock(item.id, change)
    if free is None:
        if change > 0:
            raise StockTooLarge(STOCK_MAX)
        raise StockTooSmall(-change, *queries.free_and_held(item.id))
    movement_id = stations.move(
        item.id, kind, delta=change, shelf=change, at=at, by_person_id=caller.person_id, **more
    )
    stations.refresh(item)
    acts.record(
        caller,
        _ACTS[kind],
        subject=f"item:{item.id}",
        before={"stock": free - change},
        after={"stock": free, "movement_id": movement_id},
        reason=more.get("reason", ""),
    )
    return queries.shown(movement_id, item.station_id)
