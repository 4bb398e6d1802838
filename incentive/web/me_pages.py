"""The volunteer's own page, and what is done from it."""

from datetime import datetime
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.activities import sign_ups
from incentive.checkin import service as checkin
from incentive.core import clock
from incentive.core.codes import CodeError, grouped, parse
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import OWN, STATION, needs
from incentive.people.caller import Caller, caller
from incentive.stations import orders
from incentive.stations.domain import POINTS_MAX
from incentive.stations.errors import UnknownItem
from incentive.web import forms
from incentive.web.addresses import pager
from incentive.web.me import me as me_context
from incentive.web.site import bp


@bp.get("/me")
@needs(OWN)
def me() -> str:
    """Show points, hours, card, shifts, offers, orders, and the box to scan with."""
    return draw()


@bp.get("/me/service-records")
@needs(OWN)
def service_records() -> str:
    """List one's service, verified or not yet."""
    with transaction():
        found = checkin.records_of(caller().person_id, cursor=request.args.get("cursor"), limit=20)
    return render_template(
        "web/service_records.html", records=found.items, **pager(found.next_cursor)
    )


@bp.post("/shifts/<uuid:shift_id>/sign-up")
@needs(OWN)
def sign_up(shift_id: UUID) -> ResponseReturnValue:
    """Take a place on a shift, or one in its queue."""

    def do(who: Caller, at: datetime) -> Text:
        mine = sign_ups.sign_up(shift_id, who.person_id, at)
        if mine["position"] is None:
            return _("You are signed up. Scan the code there when you come and when you go.")
        return _(
            "The shift is full: you are number %(position)s on the waiting list.",
            position=mine["position"],
        )

    return forms.act(do, done=url_for("web.me"), refused=draw)


@bp.post("/shifts/<uuid:shift_id>/withdraw")
@needs(OWN)
def withdraw(shift_id: UUID) -> ResponseReturnValue:
    """Give a place back."""

    def do(who: Caller, at: datetime) -> Text:
        sign_ups.withdraw(shift_id, who.person_id, at)
        return _("Your place is given back. You can sign up for another shift.")

    return forms.act(do, done=url_for("web.me"), refused=draw)


@bp.post("/redemptions")
@needs(OWN)
def redeem() -> ResponseReturnValue:
    """Have one of an item held, and the points for it, at the price that the page showed."""

    def do(who: Caller, at: datetime) -> Text:
        item_id = forms.identifier("item_id")
        if item_id is None:
            raise UnknownItem
        shown = forms.whole("points", 1, POINTS_MAX)
        order = orders.redeem(who, item_id, 1, at, shown=shown)
        return _(
            "“%(item)s” is held for you. Show the code at %(station)s.",
            item=order.item.name,
            station=order.station.name,
        )

    return forms.act(do, done=url_for("web.me"), refused=draw)


@bp.post("/redemptions/<uuid:redemption_id>/cancel")
@needs("station.serve", of=STATION, own=True)
def cancel_order(redemption_id: UUID) -> ResponseReturnValue:
    """Give up an order that was not collected."""

    def do(who: Caller, at: datetime) -> Text:
        order = orders.cancel(who, redemption_id, at)
        return _("The order is cancelled; %(points)s points are yours again.", points=order.points)

    return forms.act(do, done=url_for("web.me"), refused=draw)


def draw(refusal: IncentiveError | None = None, code: str = "") -> str:
    """Return the page; a `refusal` of a scan stands at the box, with the `code` that was typed."""
    with transaction():
        context = me_context(caller(), clock.now())
    return render_template("web/me.html", refusal=refusal, code=_shown(code), **context)


def _shown(code: str) -> str:
    """Return a typed code in groups; whatever else was typed stays as it is."""
    try:
        return grouped(parse(code).text) if code else ""
    except CodeError:
        return code
