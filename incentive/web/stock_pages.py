"""A station's goods: what is there, what came and went, and the forms that write it down."""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import STATION, needs
from incentive.core.paging import Page
from incentive.core.zone import day_of
from incentive.people.caller import Caller, caller
from incentive.stations import service as stations
from incentive.stations.domain import RECEIPT_MAX
from incentive.stations.errors import UnknownItem
from incentive.stations.stock import queries, service
from incentive.stations.stock.domain import CAUSES, CORRECTABLE, COST_FEN_MAX, KINDS
from incentive.stations.stock.schemas import MovementQuerySchema
from incentive.stations.stock.service import Filter
from incentive.stations.stocktakes.domain import CAUSES as FOUND_CAUSES
from incentive.web import filters, forms
from incentive.web.addresses import here, pager
from incentive.web.errors import DaysBackwards, FieldUnreadable
from incentive.web.site import bp
from incentive.web.station_frame import frame

SHELVES: Final = 50
MOVEMENTS: Final = 20
NAMES_MAX: Final = 500
SENT_BACK: Final = "sent_back"
_FILTERS: Final = ("item_id", "kind", "from", "to")
_TEXT_MAX: Final = 60


@bp.get("/stations/<uuid:station_id>/stock")
@needs("station.goods", of=STATION)
def station_stock(station_id: UUID) -> ResponseReturnValue:
    """Show what a station has, and why its number changed."""
    which, errors = _filter()
    with transaction():
        return _shown(caller(), station_id, which, errors), 422 if errors else 200


@bp.post("/stations/<uuid:station_id>/stock/receive")
@needs("station.stock", of=STATION)
def receive_goods(station_id: UUID) -> ResponseReturnValue:
    """Put goods received on the shelf."""

    def do(who: Caller, at: datetime) -> Text:
        stations.require_at(who, "station.stock", station_id)
        quantity = forms.whole("quantity", 1, RECEIPT_MAX)
        item = service.receive(
            who,
            _item(),
            quantity,
            at,
            day=forms.day("day"),
            supplier=forms.words("supplier", _TEXT_MAX),
            delivery_note=forms.words("delivery_note", _TEXT_MAX),
            unit_cost_fen=forms.fen("unit_cost", COST_FEN_MAX),
            note=forms.words("note"),
        )
        return _(
            "Received: %(item)s × %(quantity)s. Now %(free)s are free.",
            item=item.name,
            quantity=quantity,
            free=item.stock,
        )

    return _act(do, station_id, "receive")


@bp.post("/stations/<uuid:station_id>/stock/take-off")
@needs("station.stock", of=STATION)
def take_goods_off(station_id: UUID) -> ResponseReturnValue:
    """Take goods off the shelf that spoiled, or that go back to their supplier."""

    def do(who: Caller, at: datetime) -> Text:
        stations.require_at(who, "station.stock", station_id)
        quantity, cause = forms.whole("quantity", 1, RECEIPT_MAX), request.form.get("cause")
        day = forms.day("day")
        if cause == SENT_BACK:
            note = forms.words("note", required=True)
            row = service.send_back(who, _item(), quantity, at, reason=note, day=day)
        elif cause in CAUSES:
            note = forms.words("note")
            row = service.spoil(who, _item(), quantity, at, cause=cause, note=note, day=day)
        else:
            raise FieldUnreadable("cause")
        return _("Taken off: %(item)s × %(quantity)s.", item=row.item, quantity=quantity)

    return _act(do, station_id, "take-off")


@bp.post("/stations/<uuid:station_id>/stock/movements/<int:movement_id>/correct")
@needs("station.stock", of=STATION)
def correct_movement(station_id: UUID, movement_id: int) -> ResponseReturnValue:
    """Take back a movement made by mistake."""

    def do(who: Caller, at: datetime) -> Text:
        row = service.correct(who, movement_id, at, reason=forms.reason())
        return _("Corrected: %(item)s. Both movements stay in the books.", item=row.item)

    return _act(do, station_id, f"correct-{movement_id}")


def _act(do: forms.Action, station_id: UUID, form: str) -> ResponseReturnValue:
    def refused(error: IncentiveError) -> str:
        with transaction():
            return _shown(caller(), station_id, Filter(), [], refusal=error, at_form=form)

    return forms.act(do, done=url_for("web.station_stock", station_id=station_id), refused=refused)


def _shown(
    who: Caller,
    station_id: UUID,
    which: Filter | None,
    errors: list[IncentiveError],
    *,
    refusal: IncentiveError | None = None,
    at_form: str = "",
) -> str:
    at = clock.now()
    around = frame(who, station_id, "station.goods", "web.station_stock", at)
    shelves = service.shelves(who, station_id, at, cursor=request.args.get("goods"), limit=SHELVES)
    rows = (
        service.movements(
            who, station_id, which, cursor=request.args.get("cursor"), limit=MOVEMENTS
        )
        if which
        else Page([], None)
    )
    return render_template(
        "web/station_stock.html",
        station=around.station,
        tabs=around.tabs,
        may_write="station.stock" in around.may,
        shelves=shelves.items,
        goods_first=here(goods=None) if request.args.get("goods") else None,
        goods_older=here(goods=shelves.next_cursor) if shelves.next_cursor else None,
        rows=rows.items,
        names=[(str(known), name) for known, name in queries.names(station_id, NAMES_MAX)],
        kinds=KINDS,
        causes=CAUSES,
        reasons=CAUSES | FOUND_CAUSES,
        correctable=CORRECTABLE,
        today=day_of(at),
        typed=request.form,
        refusal=refusal,
        at_form=at_form,
        filters=filters.typed(_FILTERS),
        errors=[(error.field, error.message) for error in errors],
        **pager(rows.next_cursor),
    )


def _filter() -> tuple[Filter | None, list[IncentiveError]]:
    """Return the filter that was typed, or what has to be mended in it."""
    wanted, errors = filters.load(MovementQuerySchema, filters.typed(_FILTERS))
    if wanted is None:
        return None, errors
    which = Filter(**{name: value for name, value in wanted.items() if name != "limit"})
    if which.first_day and which.last_day and which.first_day > which.last_day:
        return None, [DaysBackwards()]
    return which, []


def _item() -> UUID:
    found = forms.identifier("item_id")
    if found is None:
        raise UnknownItem
    return found
