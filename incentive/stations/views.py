"""What is shown of a station and of an order; the order's code to its holder alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core.i18n import Text
from incentive.stations.domain import Hours, Moment, is_open
from incentive.stations.facilities import FACILITIES
from incentive.stations.models import Redemption, Station


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility's code and its name for the reader."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class StationView:
    """A station as anybody may see it; `metres` from the place that was asked about."""

    id: UUID
    name: str
    kind: str
    address: str
    latitude: float
    longitude: float
    hours: Hours
    open_now: bool
    facilities: list[Facility]
    status: str
    region_code: str
    region_name: str
    metres: int | None = None


@dataclass(frozen=True, slots=True)
class ItemName:
    """Which item."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class StationName:
    """Which station, and how to get there."""

    id: UUID
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order. `code` is `None` for everybody but its holder: whoever knows it may collect."""

    id: UUID
    status: str
    item: ItemName
    station: StationName
    quantity: int
    points: int
    volunteer_number: str
    held_at: datetime
    expires_at: datetime
    collected_at: datetime | None
    closed_at: datetime | None
    reason: str
    code: str | None


def station_view(
    row: Row[*tuple[Any, ...]], at: datetime, timezone: str, metres: int | None = None
) -> StationView:
    """Return what is shown at `at` of a row of `queries.stations`."""
    station: Station = row[0]
    return StationView(
        id=station.id,
        name=station.name,
        kind=station.kind,
        address=station.address,
        latitude=station.latitude,
        longitude=station.longitude,
        hours=station.hours,
        open_now=station.status == "open" and is_open(station.hours, at, timezone),
        facilities=[
            Facility(code, FACILITIES.get(code, Text(code))) for code in station.facilities
        ],
        status=station.status,
        region_code=row.region_code,
        region_name=row.region_name,
        metres=metres,
    )


def order_view(row: Row[*tuple[Any, ...]], *, code: bool) -> OrderView:
    """Return what is shown of a row of `order_queries.orders`, with its code or without."""
    order: Redemption = row[0]
    return OrderView(
        id=order.id,
        status=order.status,
        item=ItemName(order.item_id, row.item_name),
        station=StationName(order.station_id, row.station_name, row.station_address),
        quantity=order.quantity,
        points=order.points,
        volunteer_number=row.volunteer_number,
        held_at=order.held_at,
        expires_at=order.expires_at,
        collected_at=order.collected_at,
        closed_at=order.closed_at,
        reason=order.reason,
        code=order.code if code else None,
    )


def moment(order: Redemption) -> Moment:
    """Return what the decisions about an order rest on."""
    return Moment(order.status, order.expires_at, order.collected_at)
