"""Stations and points supermarkets: finding them, and keeping their catalogue.

Orders are made in `orders`, handed over in `counter`, and followed in `station_ledger`; goods
come and go in `stock`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import errors as postgres
from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.core.zone import day_of, timezone
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.people.permissions import PERMISSIONS
from incentive.stations import queries
from incentive.stations.domain import box_around, check_hours
from incentive.stations.errors import (
    NameTaken,
    PlaceIncomplete,
    UnknownItem,
    UnknownRegion,
    UnknownStation,
)
from incentive.stations.models import Item, Station
from incentive.stations.views import StationView, station_view

METRES_DEFAULT: Final = 20_000


def find(
    *,
    at: datetime,
    latitude: float | None = None,
    longitude: float | None = None,
    metres: int = METRES_DEFAULT,
    region: str | None = None,
    kind: str | None = None,
    q: str | None = None,
    status: str = "open",
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Return a page of stations: the nearest within `metres` first, or by name without a place.

    The place (degrees) is used for this answer only; it is kept nowhere.

    Raises:
        PlaceIncomplete: one coordinate alone.
        UnknownRegion: `region` is no region's code.
    """
    if (latitude is None) != (longitude is None):
        raise PlaceIncomplete
    found = queries.stations().where(Station.status == status)
    if region:
        found = found.where(queries.within_region(_region(region).path))
    if kind:
        found = found.where(Station.kind == kind)
    if q:
        found = found.where(
            Station.name.icontains(q, autoescape=True)
            | Station.address.icontains(q, autoescape=True)
        )
    key: list[Any] = [Station.name, Station.id]
    if latitude is not None and longitude is not None:
        away = queries.metres_from(latitude, longitude)
        near = queries.within_box(box_around(latitude, longitude, metres))
        found = found.where(*near, away <= metres)
        key = [away.label("metres"), Station.id]
    rows = page(found, key, cursor=cursor, limit=limit, scalars=False)
    zone = timezone()
    items = [station_view(row, at, zone, getattr(row, "metres", None)) for row in rows.items]
    return Page(items, rows.next_cursor)


def get(station_id: UUID, at: datetime) -> StationView:
    """Return one station.

    Raises:
        UnknownStation: there is none.
    """
    return station_view(_station(station_id), at, timezone())


def create(caller: Caller, *, region: str, at: datetime, **fields: Any) -> StationView:
    """Open a station in the region that has the code `region`.

    Raises:
        UnknownRegion, OutOfScope, HoursUnusable, NameTaken: nothing was written.
    """
    place = _region(region)
    caller.require("station.manage", region_path=place.path)
    check_hours(fields["hours"])
    fields["facilities"] = sorted(set(fields["facilities"]))
    station = Station(region_id=place.id, created_at=at, **fields)
    with _own_name():
        session().add(station)
        session().flush()
    after = {"region": region, **fields}
    acts.record(caller, "station.create", subject=f"station:{station.id}", after=after)
    return get(station.id, at)


def change(caller: Caller, station_id: UUID, at: datetime, **fields: Any) -> StationView:
    """Change what `fields` names of a station.

    Raises:
        UnknownStation, OutOfScope, HoursUnusable, NameTaken: nothing was written.
    """
    row = queries.lock_station(station_id)
    if row is None:
        raise UnknownStation
    caller.require("station.manage", region_path=row.region_path, station_id=station_id)
    if "hours" in fields:
        check_hours(fields["hours"])
    if "facilities" in fields:
        fields["facilities"] = sorted(set(fields["facilities"]))
    before = acts.picked(row[0], fields)
    _set(row[0], fields)
    subject = f"station:{station_id}"
    acts.record(caller, "station.change", subject=subject, before=before, after=fields)
    return get(station_id, at)


def items(
    station_id: UUID, *, status: str = "offered", cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of a station's items, by name.

    Raises:
        UnknownStation: there is none.
    """
    _station(station_id)
    offered = queries.items(station_id).where(Item.status == status)
    return page(offered, [Item.name, Item.id], cursor=cursor, limit=limit)


def add_item(
    caller: Caller, station_id: UUID, *, at: datetime, stock: int = 0, **fields: Any
) -> Item:
    """Add an item to a station's catalogue, with `stock` (≥ 0) received at once.

    Raises:
        UnknownStation, OutOfScope, NameTaken: nothing was written.
    """
    require_at(caller, "station.stock", station_id)
    item = Item(station_id=station_id, stock=stock, created_at=at, **fields)
    with _own_name():
        session().add(item)
        session().flush()
    if stock:
        queries.move(
            item.id,
            "received",
            delta=stock,
            shelf=stock,
            day=day_of(at),
            at=at,
            by_person_id=caller.person_id,
        )
    after = {"station_id": station_id, "stock": stock, **fields}
    acts.record(caller, "item.add", subject=f"item:{item.id}", after=after)
    return item


def change_item(caller: Caller, item_id: UUID, **fields: Any) -> Item:
    """Change what `fields` names of an item; orders made keep the price they were made at.

    Raises:
        UnknownItem, OutOfScope, NameTaken: nothing was written.
    """
    item = item_in_charge(caller, item_id)
    before = acts.picked(item, fields)
    _set(item, fields)
    acts.record(caller, "item.change", subject=f"item:{item_id}", before=before, after=fields)
    return item


def require_at(caller: Caller, permission: str, station_id: UUID) -> None:
    """Let the caller pass only with `permission` at the station or over its region.

    Raises:
        UnknownStation, OutOfScope: otherwise.
    """
    row = _station(station_id)
    caller.require(permission, region_path=row.region_path, station_id=station_id)


def permissions_at(caller: Caller, station_id: UUID) -> frozenset[str]:
    """Return everything that the caller may do at a station.

    Raises:
        UnknownStation: there is none.
    """
    path = _station(station_id).region_path
    return frozenset(
        permission
        for permission in PERMISSIONS
        if caller.may(permission, region_path=path, station_id=station_id)
    )


def item_in_charge(caller: Caller, item_id: UUID) -> Item:
    """Return an item whose stock and catalogue entry are the caller's to keep.

    Raises:
        UnknownItem, OutOfScope: otherwise.
    """
    row = queries.item_with_station(item_id)
    if row is None:
        raise UnknownItem
    item, station, region_path = row
    caller.require("station.stock", region_path=region_path, station_id=station.id)
    found: Item = item
    return found


def _region(code: str) -> Any:
    found = queries.region(code)
    if found is None:
        raise UnknownRegion
    return found


def _station(station_id: UUID) -> Row[*tuple[Any, ...]]:
    row = queries.station(station_id)
    if row is None:
        raise UnknownStation
    return row


def _set(row: Station | Item, fields: dict[str, Any]) -> None:
    with _own_name():
        for name, value in fields.items():
            setattr(row, name, value)
        session().flush()


@contextmanager
def _own_name() -> Iterator[None]:
    """Turn the books' refusal of a second like name into ours."""
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.orig, postgres.UniqueViolation):
            raise NameTaken from None
        raise
