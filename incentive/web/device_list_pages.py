"""All scanners and counters below the reader's regions, and ending one at once."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, STATION, needs
from incentive.core.paging import Page, page
from incentive.desk.errors import UnknownNumber
from incentive.people import queries as people
from incentive.people.caller import Caller, caller
from incentive.people.devices import service as devices
from incentive.people.devices.service import SERVING
from incentive.people.errors import OutOfScope
from incentive.people.models import SignIn
from incentive.people.sessions.service import require_session
from incentive.regions import service as regions
from incentive.regions.errors import UnknownRegion
from incentive.web import device_list_queries as queries
from incentive.web import filters, forms
from incentive.web.addresses import own_path, pager
from incentive.web.device_list_queries import COUNTER, SCANNER, DeviceFilter
from incentive.web.errors import FieldUnreadable
from incentive.web.people_frame import tabs
from incentive.web.site import bp

ROWS: Final = 30
_RUNNING: Final = "shift.run"
_FILTERS: Final = ("kind", "region", "name", "number")


@bp.get("/devices")
@needs("shift.run", "station.serve", of=REACH)
def device_list() -> ResponseReturnValue:
    """List the devices that are paired now, the latest paired first."""
    return _page()


@bp.post("/devices/<uuid:device_id>/end")
@needs("shift.run", "station.serve", of=STATION)
def end_device(device_id: UUID) -> ResponseReturnValue:
    """End a device at once."""

    def do(who: Caller, at: datetime) -> Text:
        devices.end(device_id, by=who, at=at)
        return _("The device is ended: what it sends next is refused.")

    done = own_path(request.form.get("back")) or url_for("web.device_list")
    return forms.act(do, done=done, refused=lambda error: _page(error)[0])


def _page(refusal: IncentiveError | None = None) -> tuple[str, int]:
    typed = filters.typed(_FILTERS)
    at, found = clock.now(), Page([], None)
    errors: list[IncentiveError] = []
    with transaction():
        who = caller()
        require_session(who)
        _require_anywhere(who)
        try:
            found = _found(who, typed, at)
        except (UnknownNumber, UnknownRegion, FieldUnreadable) as error:
            errors = [error]
        around = tabs(who, "web.device_list")
    html = render_template(
        "web/device_list.html",
        tabs=around,
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        rows=[_shown(row) for row in found.items],
        refusal=refusal,
        **pager(found.next_cursor),
    )
    return html, 422 if errors else 200


def _require_anywhere(who: Caller) -> None:
    if not (who.regions_for(_RUNNING) or who.regions_for(SERVING) or who.stations_for(SERVING)):
        raise OutOfScope(SERVING)


def _found(who: Caller, typed: dict[str, str], at: datetime) -> Page:
    if typed["kind"] not in {"", SCANNER, COUNTER}:
        raise FieldUnreadable("kind")
    path = person_id = None
    if typed["region"]:
        try:
            path = regions.region_by_code(typed["region"]).path
        except UnknownRegion as error:
            raise filters.at("region", error) from None
    if typed["number"]:
        person = people.person_by_number(typed["number"].replace("-", ""))
        if person is None:
            raise UnknownNumber("number")
        person_id = person.id
    rows = queries.listed(
        DeviceFilter(typed["kind"] or None, path, typed["name"] or None, person_id),
        shifts_in=who.regions_for(_RUNNING),
        counters_in=who.regions_for(SERVING),
        counters_at=who.stations_for(SERVING),
        at=at,
    )
    cursor = request.args.get("cursor")
    return page(rows, [SignIn.id], cursor=cursor, limit=ROWS, newest_first=True, scalars=False)


def _shown(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    device = row.SignIn
    if device.shift_id is not None:
        place = f"{row.activity} · {row.shift}"
        href = url_for("web.scanners", shift_id=device.shift_id)
    else:
        place = row.station
        href = url_for("web.counters_devices", station_id=device.station_id)
    return {
        "device": device,
        "is_scanner": device.shift_id is not None,
        "paired_by": row.paired_by,
        "place": place,
        "href": href,
        "region": row.region,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
    }
