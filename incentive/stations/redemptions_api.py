"""Redemptions: ordered by their holder, handed over, cancelled and refunded at the counter."""

from typing import Any, Final
from uuid import UUID

from flask import Response

from incentive.core import clock, codes
from incentive.core.addresses import public_base
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import OWN, STATION, needs
from incentive.core.paging import Page
from incentive.people.caller import caller
from incentive.stations import counter, orders
from incentive.stations.redemption_schemas import (
    CollectQuerySchema,
    CounterQuerySchema,
    NewRedemptionSchema,
    RedemptionQuerySchema,
    RedemptionSchema,
    RefundSchema,
)
from incentive.stations.views import OrderView

bp: Final = ApiBlueprint(
    "redemptions", __name__, description="Points for goods: held, handed over, or given back"
)
_PAGE: Final = page_of(RedemptionSchema)
_FILE: Final = {"type": "string", "format": "binary"}


@bp.post("/redemptions")
@needs(OWN)
@bp.arguments(NewRedemptionSchema)
@bp.once(201, RedemptionSchema)
def redeem(fields: dict[str, Any]) -> OrderView:
    """Hold points and goods for the caller, and give the code that collects them."""
    return orders.redeem(
        caller(), fields["item_id"], fields["quantity"], clock.now(), shown=fields.get("points")
    )


@bp.get("/me/redemptions")
@needs(OWN)
@bp.arguments(RedemptionQuerySchema, location="query")
@bp.response(200, _PAGE)
def my_redemptions(query: dict[str, Any]) -> Page:
    """List the caller's orders, the newest first."""
    with transaction():
        return orders.mine(caller(), **query)


@bp.get("/redemptions/<uuid:redemption_id>")
@needs("station.serve", "station.audit", of=STATION, own=True)
@bp.response(200, RedemptionSchema)
def get_redemption(redemption_id: UUID) -> OrderView:
    """Show an order to its holder, or without its code to its station."""
    with transaction():
        return orders.get(caller(), redemption_id)


@bp.get("/redemptions/<uuid:redemption_id>/code.svg")
@needs(OWN)
@bp.response(200, _FILE, content_type="image/svg+xml")
def redemption_code_svg(redemption_id: UUID) -> Response:
    """Draw the code of an order of the caller's own."""
    return _drawn(codes.svg(_url(redemption_id)), "image/svg+xml")


@bp.get("/redemptions/<uuid:redemption_id>/code.png")
@needs(OWN)
@bp.response(200, _FILE, content_type="image/png")
def redemption_code_png(redemption_id: UUID) -> Response:
    """Draw the code of an order of the caller's own."""
    return _drawn(codes.png(_url(redemption_id)), "image/png")


@bp.get("/stations/<uuid:station_id>/redemptions")
@needs("station.serve", of=STATION)
@bp.arguments(CounterQuerySchema, location="query")
@bp.response(200, _PAGE)
def station_redemptions(query: dict[str, Any], station_id: UUID) -> Page:
    """List a station's orders at its counter, the newest first, without their codes."""
    with transaction():
        return counter.orders(caller(), station_id, **query)


# A scanner types the whole address that is drawn, so slashes belong to the code.
@bp.post("/redemptions/<path:code>/collect", merge_slashes=False)
@needs("station.serve", of=STATION)
@bp.arguments(CollectQuerySchema, location="query")
@bp.once(200, RedemptionSchema)
def collect(query: dict[str, Any], code: str) -> OrderView:
    """Hand an order over: its points become the station's. Again with the same key: the same answer."""
    return counter.collect(caller(), code, clock.now(), query.get("station_id"))


@bp.post("/redemptions/<uuid:redemption_id>/cancel")
@needs("station.serve", of=STATION, own=True)
@bp.once(200, RedemptionSchema)
def cancel(redemption_id: UUID) -> OrderView:
    """Give back the points and goods of an order that was not collected."""
    return orders.cancel(caller(), redemption_id, clock.now())


@bp.post("/redemptions/<uuid:redemption_id>/refund")
@needs("station.serve", of=STATION)
@bp.arguments(RefundSchema)
@bp.once(200, RedemptionSchema)
def refund(fields: dict[str, Any], redemption_id: UUID) -> OrderView:
    """Give back the points of an order that was handed over; both stay in the books."""
    return counter.refund(caller(), redemption_id, clock.now(), **fields)


def _url(redemption_id: UUID) -> str:
    with transaction():
        return codes.url(public_base(), orders.code(caller(), redemption_id))


def _drawn(picture: bytes, mimetype: str) -> Response:
    # Whoever sees the code may collect: it stays out of shared caches.
    return Response(picture, mimetype=mimetype, headers={"Cache-Control": "private, no-store"})
