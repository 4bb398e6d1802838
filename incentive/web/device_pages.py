"""Scanners and counters with a browser: pairing by a QR code, listing, ending."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock, codes
from incentive.core.addresses import client_network, public_base
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.limits import count_code
from incentive.core.needs import PUBLIC, REGION, STATION, at_once, needs
from incentive.people.caller import Caller, caller
from incentive.people.devices import service as devices
from incentive.people.devices.service import COUNTER_DAYS, COUNTER_DAYS_MAX, Place
from incentive.web import forms
from incentive.web.pictures import picture
from incentive.web.sign_in_pages import keep
from incentive.web.site import bp

NAME_MAX = 60
_SEE_OTHER = 303


@bp.get("/shifts/<uuid:shift_id>/devices")
@needs("shift.run", of=REGION)
@at_once
def scanners(shift_id: UUID) -> str:
    """List a shift's scanners, and pair another."""
    return _page(Place(shift_id=shift_id))


@bp.post("/shifts/<uuid:shift_id>/devices")
@needs("shift.run", of=REGION)
def pair_scanner(shift_id: UUID) -> ResponseReturnValue:
    """Show a code that makes the device which reads it a scanner, this once."""
    return _pair(Place(shift_id=shift_id))


@bp.get("/stations/<uuid:station_id>/devices")
@needs("station.serve", of=STATION)
@at_once
def counters_devices(station_id: UUID) -> str:
    """List a station's counters, and pair another."""
    return _page(Place(station_id=station_id))


@bp.post("/stations/<uuid:station_id>/devices")
@needs("station.serve", of=STATION)
def pair_counter(station_id: UUID) -> ResponseReturnValue:
    """Show a code that makes the device which reads it a counter, this once."""
    return _pair(Place(station_id=station_id))


@bp.post("/shifts/<uuid:shift_id>/devices/<uuid:device_id>/end")
@needs("shift.run", of=REGION)
def end_scanner(shift_id: UUID, device_id: UUID) -> ResponseReturnValue:
    """End a scanner at once."""
    return _end(Place(shift_id=shift_id), device_id)


@bp.post("/stations/<uuid:station_id>/devices/<uuid:device_id>/end")
@needs("station.serve", of=STATION)
def end_counter(station_id: UUID, device_id: UUID) -> ResponseReturnValue:
    """End a counter's device at once."""
    return _end(Place(station_id=station_id), device_id)


@bp.get("/pair/<code>")
@needs(PUBLIC)
def pairing(code: str) -> str:
    """Ask whether this device is to be what the code is for; looking changes nothing."""
    return render_template("web/pair.html", code=code, refusal=None)


@bp.post("/pair/<code>")
@needs(PUBLIC)
def pair_here(code: str) -> ResponseReturnValue:
    """Make this device a scanner or a counter, in place of whoever was signed in on it."""
    try:
        count_code(client_network())
        with transaction():
            paired = devices.use(code, clock.now())
    except Unavailable:
        raise
    except IncentiveError as error:
        return render_template("web/pair.html", code=code, refusal=error), error.status
    place = paired.place
    if place.shift_id is not None:
        way = url_for("web.duty", shift=place.shift_id, _anchor="cards")
    else:
        way = url_for("web.counter", station_id=place.station_id)
    answer = make_response(redirect(way, _SEE_OTHER))
    keep(answer, paired)
    return answer


def _pair(place: Place) -> ResponseReturnValue:
    try:
        name = forms.words("name", NAME_MAX, required=True)
        days = forms.whole("days", 1, COUNTER_DAYS_MAX) if place.station_id else 0
        with transaction():
            made = devices.pair(place, name, days, by=caller(), at=clock.now())
    except (Unauthenticated, Unavailable):
        raise
    except IncentiveError as error:
        return _page(place, error), error.status
    address = f"{public_base().rstrip('/')}/pair/{made.code}"
    return render_template(
        "web/pairing.html", made=made, qr=picture(codes.svg(address)), back=_address(place)
    )


def _end(place: Place, device_id: UUID) -> ResponseReturnValue:
    def do(who: Caller, at: datetime) -> Text:
        devices.end(device_id, by=who, at=at)
        return _("The device is ended: what it sends next is refused.")

    def refused(error: IncentiveError) -> str:
        return _page(place, error)

    return forms.act(do, done=_address(place), refused=refused)


def _page(place: Place, refusal: IncentiveError | None = None) -> str:
    with transaction():
        found = devices.devices(place, caller(), clock.now())
    context: dict[str, Any] = {"typed": request.form, "refusal": refusal}
    return render_template(
        "web/devices.html",
        devices=found,
        place=place,
        here=_address(place),
        days=COUNTER_DAYS,
        days_max=COUNTER_DAYS_MAX,
        **context,
    )


def _address(place: Place) -> str:
    if place.shift_id is not None:
        return url_for("web.scanners", shift_id=place.shift_id)
    return url_for("web.counters_devices", station_id=place.station_id)
