"""Stocktakes over the API."""

from typing import Any, Final
from uuid import UUID

from flask import Response, abort

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.documents import MIMETYPES, file_name, send
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import STATION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.core.zone import day_of
from incentive.people.caller import caller
from incentive.stations.stocktakes import papers, service
from incentive.stations.stocktakes.schemas import (
    CountsSchema,
    ExplanationSchema,
    GivingUpSchema,
    LineQuerySchema,
    LineSchema,
    NewStocktakeSchema,
    StocktakeSchema,
)
from incentive.stations.stocktakes.service import StocktakeView

bp: Final = ApiBlueprint(
    "stocktakes", __name__, description="Counting what is there, and booking the differences"
)


@bp.get("/stations/<uuid:station_id>/stocktakes")
@needs("station.goods", of=STATION)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(StocktakeSchema))
def list_stocktakes(query: dict[str, Any], station_id: UUID) -> Page:
    """List a station's stocktakes, the latest first."""
    with transaction():
        return service.history(caller(), station_id, **query)


@bp.post("/stations/<uuid:station_id>/stocktakes")
@needs("station.count", of=STATION)
@bp.arguments(NewStocktakeSchema)
@bp.once(201, StocktakeSchema)
def begin_stocktake(fields: dict[str, Any], station_id: UUID) -> StocktakeView:
    """Open a stocktake of everything that the station has; one at a time."""
    return service.begin(caller(), station_id, clock.now(), **fields)


@bp.get("/stocktakes/<uuid:stocktake_id>")
@needs("station.goods", of=STATION)
@bp.response(200, StocktakeSchema)
def get_stocktake(stocktake_id: UUID) -> StocktakeView:
    """Show a stocktake and how far it is."""
    with transaction():
        return service.get(caller(), stocktake_id)


@bp.get("/stocktakes/<uuid:stocktake_id>/lines")
@needs("station.goods", of=STATION)
@bp.arguments(LineQuerySchema, location="query")
@bp.response(200, page_of(LineSchema))
def list_lines(query: dict[str, Any], stocktake_id: UUID) -> Page:
    """List what is counted, by item."""
    with transaction():
        return service.lines(caller(), stocktake_id, **query)


@bp.post("/stocktakes/<uuid:stocktake_id>/counts")
@needs("station.count", of=STATION)
@bp.arguments(CountsSchema)
@bp.once(201, StocktakeSchema)
def count_items(fields: dict[str, Any], stocktake_id: UUID) -> StocktakeView:
    """Keep what was found of some items; of an item counted again the latest count holds."""
    counts = {row["item_id"]: row["counted"] for row in fields["counts"]}
    return service.count(caller(), stocktake_id, counts, clock.now())


@bp.post("/stocktakes/<uuid:stocktake_id>/explanations")
@needs("station.count", of=STATION)
@bp.arguments(ExplanationSchema)
@bp.once(201, StocktakeSchema)
def explain_difference(fields: dict[str, Any], stocktake_id: UUID) -> StocktakeView:
    """Say why the count of an item differs from the books."""
    return service.explain(caller(), stocktake_id, at=clock.now(), **fields)


@bp.post("/stocktakes/<uuid:stocktake_id>/booking")
@needs("station.confirm_count", of=STATION)
@bp.once(200, StocktakeSchema)
def book_stocktake(stocktake_id: UUID) -> StocktakeView:
    """Bring the books to what was counted; only who neither counted nor explained may."""
    return service.book(caller(), stocktake_id, clock.now())


@bp.post("/stocktakes/<uuid:stocktake_id>/giving-up")
@needs("station.count", of=STATION)
@bp.arguments(GivingUpSchema)
@bp.once(200, StocktakeSchema)
def give_stocktake_up(fields: dict[str, Any], stocktake_id: UUID) -> StocktakeView:
    """Close a stocktake without booking anything."""
    return service.give_up(caller(), stocktake_id, clock.now(), fields["reason"])


@bp.get("/stocktakes/<uuid:stocktake_id>.<ending>")
@needs("station.goods", of=STATION)
@bp.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
def stocktake_paper(stocktake_id: UUID, ending: Any) -> Response:
    """Give the stocktake on paper, as pdf or xlsx: a sheet to count on, or the result to sign."""
    if ending not in MIMETYPES:
        abort(404)
    with transaction():
        paper, found = papers.document(caller(), stocktake_id, clock.now())
    name = file_name(paper.author, str(paper.title), day_of(found.opened_at), ending=ending)
    return send(paper, ending, name=name, plain=f"stocktake-{stocktake_id}.{ending}")
