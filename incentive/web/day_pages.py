"""A station's days: the list, one day's figures, and the signature that closes it."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import STATION, needs
from incentive.core.zone import day_of
from incentive.people.caller import Caller, caller
from incentive.stations.days import service
from incentive.stations.days.api import read_day
from incentive.stations.statement.papers import WORDS
from incentive.stations.stock.domain import KINDS
from incentive.web import forms
from incentive.web.addresses import pager
from incentive.web.site import bp
from incentive.web.station_frame import frame

ROWS: Final = 31


@bp.get("/stations/<uuid:station_id>/days")
@needs("station.audit", of=STATION)
def station_days(station_id: UUID) -> str:
    """List a station's days, today first, and say which are closed."""
    with transaction():
        who, at = caller(), clock.now()
        around = frame(who, station_id, "station.audit", "web.station_days", at)
        rows = service.days(who, station_id, at, cursor=request.args.get("cursor"), limit=ROWS)
    return render_template(
        "web/station_days.html",
        station=around.station,
        tabs=around.tabs,
        may_close="station.close" in around.may,
        rows=rows.items,
        today=day_of(at),
        **pager(rows.next_cursor),
    )


@bp.get("/stations/<uuid:station_id>/days/<day>")
@needs("station.audit", of=STATION)
def station_day(station_id: UUID, day: str) -> str:
    """Show a day's figures, who signed them, and what came later."""
    with transaction():
        return _shown(caller(), station_id, read_day(day))


@bp.post("/stations/<uuid:station_id>/days/<day>/close")
@needs("station.close", of=STATION)
def close_day(station_id: UUID, day: str) -> ResponseReturnValue:
    """Sign a day's figures; it stays closed."""

    def do(who: Caller, at: datetime) -> Text:
        service.close(who, station_id, read_day(day), at, forms.words("note"))
        return _("Signed. The day %(day)s is closed.", day=day)

    return _act(do, station_id, day)


@bp.post("/stations/<uuid:station_id>/days/<day>/amend")
@needs("station.close", of=STATION)
def amend_day(station_id: UUID, day: str) -> ResponseReturnValue:
    """Sign a closed day's figures anew; the earlier ones stay."""

    def do(who: Caller, at: datetime) -> Text:
        service.amend(who, station_id, read_day(day), at, forms.words("note", required=True))
        return _("The amendment is signed. What was signed before stays beside it.")

    return _act(do, station_id, day)


def _act(do: forms.Action, station_id: UUID, day: str) -> ResponseReturnValue:
    def refused(error: IncentiveError) -> str:
        with transaction():
            return _shown(caller(), station_id, read_day(day), refusal=error)

    done = url_for("web.station_day", station_id=station_id, day=day)
    return forms.act(do, done=done, refused=refused)


def _shown(who: Caller, station_id: UUID, day: date, refusal: IncentiveError | None = None) -> str:
    at = clock.now()
    around = frame(who, station_id, "station.audit", "web.station_days", at)
    found = service.get(who, station_id, day, at)
    return render_template(
        "web/station_day.html",
        station=around.station,
        tabs=around.tabs,
        day=found,
        may_close="station.close" in around.may,
        words=WORDS,
        kinds=KINDS,
        refusal=refusal,
        typed=request.form,
    )
