"""A station's statement of any days, by default of this month."""

from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.http import API_PREFIX
from incentive.core.i18n import _
from incentive.core.needs import STATION, needs
from incentive.core.zone import day_of
from incentive.people.caller import caller
from incentive.stations.statement import service
from incentive.stations.statement.papers import WORDS
from incentive.stations.statement.schemas import StatementQuerySchema
from incentive.web import filters
from incentive.web.errors import DaysBackwards
from incentive.web.site import bp
from incentive.web.station_frame import Frame, frame

_FILTERS: Final = ("from", "to")


@bp.get("/stations/<uuid:station_id>/statement")
@needs("station.audit", of=STATION)
def station_statement(station_id: UUID) -> ResponseReturnValue:
    """Tell goods, orders and points of some days, as the ledger and its files do."""
    at = clock.now()
    today = day_of(at)
    typed = filters.typed(_FILTERS)
    typed = {
        "from": typed["from"] or today.replace(day=1).isoformat(),
        "to": typed["to"] or today.isoformat(),
    }
    wanted, errors = filters.load(StatementQuerySchema, typed)
    if wanted and wanted["first_day"] > wanted["last_day"]:
        wanted, errors = None, [DaysBackwards()]
    with transaction():
        who = caller()
        around = frame(who, station_id, "station.audit", "web.station_statement", at)
        found = service.statement(who, station_id, **wanted) if wanted else None
    return _page(station_id, around, typed, errors, found, today), 422 if errors else 200


def _page(
    station_id: UUID,
    around: Frame,
    typed: dict[str, str],
    errors: list[IncentiveError],
    found: service.Statement | None,
    today: date,
) -> str:
    query = urlencode(typed)
    file = f"{API_PREFIX}/stations/{station_id}/statement"
    return render_template(
        "web/station_statement.html",
        station=around.station,
        tabs=around.tabs,
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        found=found,
        words=WORDS,
        months=_months(station_id, typed, today),
        pdf=f"{file}.pdf?{query}",
        xlsx=f"{file}.xlsx?{query}",
        ledger_href=f"{url_for('web.station_ledger', station_id=station_id)}?{query}",
    )


def _months(station_id: UUID, typed: dict[str, str], today: date) -> list[dict[str, object]]:
    """Return the tabs of the present month and the one before."""
    here = url_for("web.station_statement", station_id=station_id)
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    spans = (
        (_("This month"), first, today),
        (_("Last month"), before.replace(day=1), before),
    )
    return [
        {
            "label": label,
            "href": f"{here}?{urlencode(days)}",
            "current": days == typed,
        }
        for label, start, end in spans
        for days in [{"from": start.isoformat(), "to": end.isoformat()}]
    ]
