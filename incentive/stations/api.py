"""Stations and their items."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import PUBLIC, STATION, needs
from incentive.core.paging import Page
from incentive.people.caller import caller
from incentive.stations import service
from incentive.stations.models import Item
from incentive.stations.schemas import (
    ItemChangeSchema,
    ItemQuerySchema,
    ItemSchema,
    NewItemSchema,
    NewStationSchema,
    StationChangeSchema,
    StationQuerySchema,
    StationSchema,
)
from incentive.stations.views import StationView

bp: Final = ApiBlueprint(
    "stations", __name__, description="Stations and points supermarkets, and what they have"
)


@bp.get("/stations")
@needs(PUBLIC)
@bp.arguments(StationQuerySchema, location="query")
@bp.response(200, page_of(StationSchema))
def find_stations(query: dict[str, Any]) -> Page:
    """List stations, the nearest first when a place is given, else by name."""
    with transaction():
        return service.find(at=clock.now(), **query)


@bp.post("/stations")
@needs("station.manage", of=STATION)
@bp.arguments(NewStationSchema)
@bp.once(201, StationSchema)
def create_station(fields: dict[str, Any]) -> StationView:
    """Open a station."""
    return service.create(caller(), at=clock.now(), **fields)


@bp.get("/stations/<uuid:station_id>")
@needs(PUBLIC)
@bp.response(200, StationSchema)
def get_station(station_id: UUID) -> StationView:
    """Show one station."""
    with transaction():
        return service.get(station_id, clock.now())


@bp.patch("/stations/<uuid:station_id>")
@needs("station.manage", of=STATION)
@bp.arguments(StationChangeSchema)
@bp.response(200, StationSchema)
def change_station(fields: dict[str, Any], station_id: UUID) -> StationView:
    """Change what is named of a station."""
    with transaction():
        return service.change(caller(), station_id, clock.now(), **fields)


@bp.get("/stations/<uuid:station_id>/items")
@needs(PUBLIC)
@bp.arguments(ItemQuerySchema, location="query")
@bp.response(200, page_of(ItemSchema))
def list_items(query: dict[str, Any], station_id: UUID) -> Page:
    """List what a station offers for points, by name."""
    with transaction():
        return service.items(station_id, **query)


@bp.post("/stations/<uuid:station_id>/items")
@needs("station.stock", of=STATION)
@bp.arguments(NewItemSchema)
@bp.once(201, ItemSchema)
def add_item(fields: dict[str, Any], station_id: UUID) -> Item:
    """Add an item to a station's catalogue."""
    return service.add_item(caller(), station_id, at=clock.now(), **fields)


@bp.patch("/items/<uuid:item_id>")
@needs("station.stock", of=STATION)
@bp.arguments(ItemChangeSchema)
@bp.response(200, ItemSchema)
def change_item(fields: dict[str, Any], item_id: UUID) -> Item:
    """Change what is named of an item; orders made before keep their price."""
    with transaction():
        return service.change_item(caller(), item_id, **fields)
