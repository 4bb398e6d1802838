"""Stocktakes: opened, counted on a phone in parts, explained, and booked by a second person."""

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
from incentive.people.caller import Caller, caller
from incentive.stations.stocktakes import papers, service
from incentive.stations.stocktakes.domain import CAUSES, COUNTED_MAX, ROWS_MAX, SHOW
from incentive.stations.stocktakes.errors import NotInStocktake, UnknownStocktake
from incentive.web import forms
from incentive.web.addresses import here, pager
from incentive.web.errors import FieldUnreadable, NothingTyped
from incentive.web.site import bp
from incentive.web.station_frame import frame

ROWS: Final = 50
_COUNTED: Final = "counted-"


@bp.get("/stations/<uuid:station_id>/stocktakes")
@needs("station.goods", of=STATION)
def stocktakes(station_id: UUID) -> str:
    """List a station's stocktakes, with a form to open one unless one is open."""
    with transaction():
        return _list(caller(), station_id)


@bp.post("/stations/<uuid:station_id>/stocktakes")
@needs("station.count", of=STATION)
def begin_stocktake(station_id: UUID) -> ResponseReturnValue:
    """Open a stocktake of everything that the station has."""

    def do(who: Caller, at: datetime) -> Text:
        service.begin(who, station_id, at, forms.words("note"))
        return _("The stocktake is open. Count shelf by shelf and save as often as you like.")

    def refused(error: IncentiveError) -> str:
        with transaction():
            return _list(caller(), station_id, refusal=error)

    # Which one it is, is known only afterwards: the list leads to it.
    return forms.act(do, done=url_for("web.stocktakes", station_id=station_id), refused=refused)


@bp.get("/stations/<uuid:station_id>/stocktakes/<uuid:stocktake_id>")
@needs("station.goods", of=STATION)
def stocktake(station_id: UUID, stocktake_id: UUID) -> str:
    """Show a stocktake: what is still to be counted, what differs, and why."""
    with transaction():
        return _shown(caller(), station_id, stocktake_id)


@bp.post("/stations/<uuid:station_id>/stocktakes/<uuid:stocktake_id>/counts")
@needs("station.count", of=STATION)
def count_items(station_id: UUID, stocktake_id: UUID) -> ResponseReturnValue:
    """Save what was typed; what was left empty is counted later."""

    def do(who: Caller, at: datetime) -> Text:
        counts = {
            _item_of(name): forms.whole(name, 0, COUNTED_MAX)
            for name, text in request.form.items()
            if name.startswith(_COUNTED) and text.strip()
        }
        if not counts or len(counts) > ROWS_MAX:
            raise NothingTyped
        far = service.count(who, stocktake_id, counts, at).progress
        left = far.items - far.counted
        return (
            _("Saved. %(left)s items are still to be counted.", left=left)
            if left
            else _("Saved. Everything is counted; %(number)s differ.", number=far.different)
        )

    return _act(do, station_id, stocktake_id, "counts")


@bp.post("/stations/<uuid:station_id>/stocktakes/<uuid:stocktake_id>/explanations")
@needs("station.count", of=STATION)
def explain_difference(station_id: UUID, stocktake_id: UUID) -> ResponseReturnValue:
    """Say why the count of an item differs."""
    item_id = forms.identifier("item_id")

    def do(who: Caller, at: datetime) -> Text:
        if item_id is None:
            raise NotInStocktake
        cause, note = request.form.get("cause", ""), forms.words("note")
        if cause not in CAUSES:
            raise FieldUnreadable("cause")
        far = service.explain(who, stocktake_id, item_id, cause, note, at).progress
        return _("Explained. %(left)s differences are still open.", left=far.unexplained)

    return _act(do, station_id, stocktake_id, f"explain-{item_id}")


@bp.post("/stations/<uuid:station_id>/stocktakes/<uuid:stocktake_id>/book")
@needs("station.confirm_count", of=STATION)
def book_stocktake(station_id: UUID, stocktake_id: UUID) -> ResponseReturnValue:
    """Bring the books to what was counted."""

    def do(who: Caller, at: datetime) -> Text:
        far = service.book(who, stocktake_id, at).progress
        return _(
            "Booked: %(more)s pieces more, %(fewer)s fewer. The movements name this stocktake.",
            more=far.more,
            fewer=far.fewer,
        )

    return _act(do, station_id, stocktake_id, "book")


@bp.post("/stations/<uuid:station_id>/stocktakes/<uuid:stocktake_id>/give-up")
@needs("station.count", of=STATION)
def give_stocktake_up(station_id: UUID, stocktake_id: UUID) -> ResponseReturnValue:
    """Close a stocktake without booking anything."""

    def do(who: Caller, at: datetime) -> Text:
        service.give_up(who, stocktake_id, at, forms.reason())
        return _("Given up. Nothing was booked; what was counted can still be read.")

    return _act(do, station_id, stocktake_id, "give-up")


def _act(do: forms.Action, station_id: UUID, stocktake_id: UUID, form: str) -> ResponseReturnValue:
    def refused(error: IncentiveError) -> str:
        with transaction():
            return _shown(caller(), station_id, stocktake_id, refusal=error, at_form=form)

    done = url_for("web.stocktake", station_id=station_id, stocktake_id=stocktake_id)
    return forms.act(do, done=done, refused=refused)


def _list(who: Caller, station_id: UUID, refusal: IncentiveError | None = None) -> str:
    around = frame(who, station_id, "station.goods", "web.stocktakes", clock.now())
    rows = service.history(who, station_id, cursor=request.args.get("cursor"), limit=ROWS)
    return render_template(
        "web/stocktakes.html",
        station=around.station,
        tabs=around.tabs,
        rows=rows.items,
        under_way=service.under_way(station_id),
        may_count="station.count" in around.may,
        refusal=refusal,
        typed=request.form,
        **pager(rows.next_cursor),
    )


def _shown(
    who: Caller,
    station_id: UUID,
    stocktake_id: UUID,
    *,
    refusal: IncentiveError | None = None,
    at_form: str = "",
) -> str:
    around = frame(who, station_id, "station.goods", "web.stocktakes", clock.now())
    found = service.get(who, stocktake_id)
    if found.station_id != station_id:
        raise UnknownStocktake
    show = request.args.get("show", "")
    if show not in SHOW:
        show = _first_look(found)
    lines = service.lines(
        who, stocktake_id, show=show, cursor=request.args.get("cursor"), limit=ROWS
    )
    return render_template(
        "web/stocktake.html",
        station=around.station,
        tabs=around.tabs,
        stocktake=found,
        states=papers.STATES,
        rows=lines.items,
        show=show,
        shows=[
            {"label": label, "href": here(show=name, cursor=None), "current": name == show}
            for name, label in _SHOWN.items()
        ],
        causes=CAUSES,
        may_count=found.status == "open" and "station.count" in around.may,
        may_book=found.status == "open" and "station.confirm_count" in around.may,
        took_part=service.took_part(who, stocktake_id),
        refusal=refusal,
        at_form=at_form,
        typed=request.form,
        **pager(lines.next_cursor),
    )


_SHOWN: Final[dict[str, Text]] = {
    "uncounted": _("Still to count"),
    "different": _("Differences"),
    "all": _("All"),
}


def _first_look(found: service.StocktakeView) -> str:
    far = found.progress
    if found.status == "open" and far.counted < far.items:
        return "uncounted"
    return "different" if far.different else "all"


def _item_of(name: str) -> UUID:
    try:
        return UUID(name.removeprefix(_COUNTED))
    except ValueError:
        raise NotInStocktake from None
