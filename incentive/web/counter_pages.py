"""A station's counter: look an order up, hand it over, cancel it, refund it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, STATION, at_once, needs
from incentive.core.zone import day_of, timezone
from incentive.people.caller import Caller, caller
from incentive.stations import counter as at_counter
from incentive.stations import orders
from incentive.stations import service as stations
from incentive.stations.counter import Found
from incentive.stations.errors import CodeGarbled
from incentive.stations.views import order_view
from incentive.web import counter_queries, forms
from incentive.web.site import bp
from incentive.web.station_frame import frame

ROWS_MAX: Final = 20
STATIONS_MAX: Final = 50
_LOOKED_UP: Final = "looked_up"
_SEE_OTHER: Final = 303


@bp.get("/counters")
@needs("station.goods", of=REACH)
@at_once
def counters() -> str:
    """List the stations at which the caller serves, or whose goods or ledger are theirs to read."""
    with transaction():
        who = caller()
        who.require_somewhere("station.goods")
        rows = counter_queries.stations_within(
            [*who.regions_for("station.serve"), *who.regions_for("station.goods")],
            [*who.stations_for("station.serve"), *who.stations_for("station.goods")],
            STATIONS_MAX,
        )
        found = [
            {
                "station": row,
                "serves": who.may("station.serve", region_path=row.path, station_id=row.id),
                "audits": who.may("station.audit", region_path=row.path, station_id=row.id),
            }
            for row in rows
        ]
    return render_template("web/counters.html", stations=found)


@bp.get("/stations/<uuid:station_id>/counter")
@needs("station.serve", of=STATION)
@at_once
def counter(station_id: UUID) -> str:
    """Show the order that was just looked up here, or the counter ready for the next code."""
    where, code = session.pop(_LOOKED_UP, ("", ""))
    with transaction():
        return shown(
            caller(), station_id, clock.now(), code=code if where == str(station_id) else ""
        )


@bp.post("/stations/<uuid:station_id>/counter")
@needs("station.serve", of=STATION)
def look_up(station_id: UUID) -> ResponseReturnValue:
    """Find the order of a code, and go on to show it; nothing is handed over yet.

    The code goes there in the cookie that passes messages, so that it stays out of addresses, and
    so that going back or loading the page again sends nothing anew.
    """
    code = request.form.get("code", "").strip()
    with transaction():
        who, at = caller(), clock.now()
        stations.require_at(who, "station.serve", station_id)
        try:
            if not code:
                raise CodeGarbled
            at_counter.look_up(who, code, at, station_id)
        except IncentiveError as error:
            return shown(who, station_id, at, code=code, refusal=error), error.status
    session[_LOOKED_UP] = (str(station_id), code)
    return redirect(url_for("web.counter", station_id=station_id), _SEE_OTHER)


@bp.post("/stations/<uuid:station_id>/collect")
@needs("station.serve", of=STATION)
def collect(station_id: UUID) -> ResponseReturnValue:
    """Hand an order over: its points become the station's."""
    code = request.form.get("code", "")

    def do(who: Caller, at: datetime) -> Text:
        order = at_counter.collect(who, code, at, station_id)
        return _(
            "Handed over: %(item)s × %(quantity)s to %(number)s, %(points)s points. Next, please.",
            item=order.item.name,
            quantity=order.quantity,
            number=order.volunteer_number,
            points=order.points,
        )

    def refused(error: IncentiveError) -> str:
        return _again(station_id, error, code=code)

    return forms.act(do, done=url_for("web.counter", station_id=station_id), refused=refused)


@bp.post("/stations/<uuid:station_id>/redemptions/<uuid:redemption_id>/cancel")
@needs("station.serve", of=STATION)
def counter_cancel(station_id: UUID, redemption_id: UUID) -> ResponseReturnValue:
    """Cancel an order that cannot be handed over."""
    code = request.form.get("code", "")

    def do(who: Caller, at: datetime) -> Text:
        stations.require_at(who, "station.serve", station_id)
        order = orders.cancel(who, redemption_id, at, forms.reason())
        return _(
            "Cancelled. %(points)s points went back to %(number)s.",
            points=order.points,
            number=order.volunteer_number,
        )

    def refused(error: IncentiveError) -> str:
        return _again(station_id, error, code=code, order_id=redemption_id)

    return forms.act(do, done=url_for("web.counter", station_id=station_id), refused=refused)


@bp.post("/stations/<uuid:station_id>/redemptions/<uuid:redemption_id>/refund")
@needs("station.serve", of=STATION)
def refund(station_id: UUID, redemption_id: UUID) -> ResponseReturnValue:
    """Give the points of an order that was handed over back."""

    def do(who: Caller, at: datetime) -> Text:
        stations.require_at(who, "station.serve", station_id)
        back = "restock" in request.form
        order = at_counter.refund(who, redemption_id, at, reason=forms.reason(), restock=back)
        return _(
            "Refunded. %(points)s points went back to %(number)s; both entries stay in the books.",
            points=order.points,
            number=order.volunteer_number,
        )

    def refused(error: IncentiveError) -> str:
        return _again(station_id, error, order_id=redemption_id)

    return forms.act(do, done=url_for("web.counter", station_id=station_id), refused=refused)


def shown(
    who: Caller,
    station_id: UUID,
    at: datetime,
    *,
    code: str = "",
    found: Found | None = None,
    refusal: IncentiveError | None = None,
    order_id: UUID | None = None,
) -> str:
    """Return the counter's page; a `refusal` stands at the order it is about, or at the scan.

    Raises:
        UnknownStation, OutOfScope: the caller does not serve there.
    """
    around = frame(who, station_id, "station.serve", "web.counter", at)
    if found is None and code and refusal is None:
        found = at_counter.look_up(who, code, at, station_id)
    start, _end = clock.day_bounds(day_of(at), timezone())
    handed_over, points, rows = counter_queries.handed_over(station_id, start, ROWS_MAX)
    today: dict[str, Any] = {"from": day_of(at), "to": day_of(at)}
    return render_template(
        "web/counter.html",
        station=around.station,
        tabs=around.tabs,
        code=code,
        refusal=refusal,
        at_order=order_id,
        reason=request.form.get("reason", ""),
        found=found,
        today={"orders": handed_over, "points": points},
        rows=[_row(row, own=row[0].person_id == who.person_id) for row in rows],
        stock=counter_queries.stock_of(station_id),
        ledger_href=url_for("web.station_ledger", station_id=station_id, **today),
    )


def _again(
    station_id: UUID, refusal: IncentiveError, *, code: str = "", order_id: UUID | None = None
) -> str:
    """Return the counter after a refusal, with the order still lying there if there is one."""
    with transaction():
        who, at = caller(), clock.now()
        stations.require_at(who, "station.serve", station_id)
        try:
            found = at_counter.look_up(who, code, at, station_id) if code else None
        except IncentiveError:
            found = None
        return shown(
            who, station_id, at, code=code, found=found, refusal=refusal, order_id=order_id
        )


def _row(row: Any, *, own: bool) -> dict[str, Any]:
    order = order_view(row, code=False)
    return {"order": order, "can_refund": order.status == "collected" and not own}
