"""Goods of a station: what is there, and what came and went."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import STATION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller
from incentive.stations.models import Item
from incentive.stations.schemas import ItemSchema
from incentive.stations.stock import service
from incentive.stations.stock.schemas import (
    CorrectionSchema,
    MovementQuerySchema,
    MovementSchema,
    ReceiptSchema,
    ShelfSchema,
    SpoilageSchema,
    SupplierReturnSchema,
)
from incentive.stations.stock.service import Filter

bp: Final = ApiBlueprint("stock", __name__, description="Goods received, given, returned, spoiled")


@bp.get("/stations/<uuid:station_id>/stock")
@needs("station.goods", of=STATION)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(ShelfSchema))
def list_shelves(query: dict[str, Any], station_id: UUID) -> Page:
    """List what a station has, by name."""
    with transaction():
        return service.shelves(caller(), station_id, clock.now(), **query)


@bp.get("/stations/<uuid:station_id>/stock/movements")
@needs("station.goods", of=STATION)
@bp.arguments(MovementQuerySchema, location="query")
@bp.response(200, page_of(MovementSchema))
def list_movements(query: dict[str, Any], station_id: UUID) -> Page:
    """List why the number of a station's goods changed, the latest first."""
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    with transaction():
        return service.movements(caller(), station_id, Filter(**query), cursor=cursor, limit=limit)


@bp.post("/items/<uuid:item_id>/receipts")
@needs("station.stock", of=STATION)
@bp.arguments(ReceiptSchema)
@bp.once(201, ItemSchema)
def receive_goods(fields: dict[str, Any], item_id: UUID) -> Item:
    """Put goods received on the shelf."""
    return service.receive(caller(), item_id, at=clock.now(), **fields)


@bp.post("/items/<uuid:item_id>/spoilage")
@needs("station.stock", of=STATION)
@bp.arguments(SpoilageSchema)
@bp.once(201, MovementSchema)
def spoil_goods(fields: dict[str, Any], item_id: UUID) -> Any:
    """Take goods that nobody can have any more off the shelf."""
    return service.spoil(caller(), item_id, at=clock.now(), **fields)


@bp.post("/items/<uuid:item_id>/supplier-returns")
@needs("station.stock", of=STATION)
@bp.arguments(SupplierReturnSchema)
@bp.once(201, MovementSchema)
def send_goods_back(fields: dict[str, Any], item_id: UUID) -> Any:
    """Return goods to their supplier."""
    return service.send_back(caller(), item_id, at=clock.now(), **fields)


@bp.post("/stock-movements/<int:movement_id>/correction")
@needs("station.stock", of=STATION)
@bp.arguments(CorrectionSchema)
@bp.once(201, MovementSchema)
def correct_movement(fields: dict[str, Any], movement_id: int) -> Any:
    """Take back a movement made by mistake; both stay in the books."""
    return service.correct(caller(), movement_id, clock.now(), reason=fields["reason"])
