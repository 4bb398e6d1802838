"""The station's ledger, to read, to filter and to take away."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, ValidationError

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.http import API_PREFIX
from incentive.core.needs import STATION, needs
from incentive.people.caller import caller
from incentive.stations import station_ledger as ledger
from incentive.stations.ledger_queries import Filter
from incentive.stations.ledger_schemas import LedgerQuerySchema
from incentive.web.addresses import pager
from incentive.web.errors import DaysBackwards, FieldUnreadable
from incentive.web.site import bp
from incentive.web.station_frame import frame

ROWS: Final = 50
_FILTERS: Final = ("from", "to", "kind", "person")


@bp.get("/stations/<uuid:station_id>/ledger")
@needs("station.audit", of=STATION)
def station_ledger(station_id: UUID) -> ResponseReturnValue:
    """List every point that came to the station or went back, under the sums of the filter."""
    typed = {name: request.args.get(name, "").strip() for name in _FILTERS}
    which, errors = _filter(typed)
    with transaction():
        who = caller()
        around = frame(who, station_id, "station.audit", "web.station_ledger", clock.now())
        page = (
            None
            if which is None
            else ledger.listing(
                who, station_id, which, cursor=request.args.get("cursor"), limit=ROWS
            )
        )
    return render_template(
        "web/station_ledger.html",
        station=around.station,
        tabs=around.tabs,
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        totals=page and page.totals,
        rows=page.items if page else [],
        csv=_file(station_id, "csv", typed),
        xlsx=_file(station_id, "xlsx", typed),
        **pager(page.next_cursor if page else None),
    ), 422 if errors else 200


def _filter(typed: dict[str, str]) -> tuple[Filter | None, list[IncentiveError]]:
    """Return the filter that was typed, or what has to be mended in it."""
    given = {
        name: value.replace("-", "") if name == "person" else value
        for name, value in typed.items()
        if value
    }
    try:
        wanted: dict[str, Any] = LedgerQuerySchema(unknown=EXCLUDE).load(given)
    except ValidationError as error:
        return None, [FieldUnreadable(name) for name in error.messages_dict]
    which = Filter(**{name: value for name, value in wanted.items() if name != "limit"})
    if which.first_day and which.last_day and which.first_day > which.last_day:
        return None, [DaysBackwards()]
    return which, []


def _file(station_id: UUID, ending: str, typed: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    address = f"{API_PREFIX}/stations/{station_id}/ledger.{ending}"
    return f"{address}?{query}" if query else address
