"""What anybody may see: the start page, the coming activities, the stations."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask_babel import get_locale

from incentive.activities.models import Shift
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.needs import PUBLIC, needs
from incentive.core.paging import page
from incentive.core.zone import timezone
from incentive.stations import service as stations
from incentive.stations.domain import DAYS
from incentive.stations.views import StationView
from incentive.web import counter_queries, queries, viewer
from incentive.web.addresses import pager
from incentive.web.me import available, good
from incentive.web.me import shift as shift_context
from incentive.web.site import bp

ON_START_PAGE: Final = 6
ON_LIST: Final = 20


@bp.get("/")
@needs(PUBLIC)
def home() -> str:
    """Say what the service is, what comes next and where the stations are."""
    with transaction():
        viewer.visitor()
        at = clock.now()
        shifts, _older = _shifts(at, None, ON_START_PAGE)
        near, _older = _stations(at, None, ON_START_PAGE)
        place = queries.place_name()
    return render_template("web/home.html", place=place, stations=near, activities=shifts)


@bp.get("/activities")
@needs(PUBLIC)
def activities() -> str:
    """List the coming shifts, the next first."""
    with transaction():
        who = viewer.visitor()
        shifts, older = _shifts(
            clock.now(), request.args.get("cursor"), ON_LIST, without=who and who.person_id
        )
    return render_template("web/activities.html", activities=shifts, **pager(older))


@bp.get("/stations")
@needs(PUBLIC)
def station_list() -> str:
    """List the stations that are open to the public, by name."""
    with transaction():
        viewer.visitor()
        found, older = _stations(clock.now(), request.args.get("cursor"), ON_LIST)
    return render_template("web/stations.html", stations=found, **pager(older))


@bp.get("/stations/<uuid:station_id>")
@needs(PUBLIC)
def station(station_id: UUID) -> str:
    """Show a station's hours and facilities, and what it gives for points."""
    with transaction():
        who, at = viewer.visitor(), clock.now()
        view = stations.get(station_id, at)
        is_open = view.status == "open"
        rows = (
            counter_queries.goods_at([view.id], who.person_id if who else None) if is_open else []
        )
        points = available(who, at) if who else None
    names = get_locale().days["format"]["wide"]
    week = [(names[number], _hours(view, day)) for number, day in enumerate(DAYS)]
    return render_template(
        "web/station.html",
        station=_station(view, at) | {"week": week, "closed": not is_open},
        goods=[good(item, had) for item, had in rows],
        available=points,
    )


def _shifts(
    at: datetime, cursor: str | None, limit: int, without: Any = None
) -> tuple[list[dict[str, Any]], str | None]:
    found = page(
        queries.open_shifts(at, without=without),
        [Shift.starts_at, Shift.id],
        cursor=cursor,
        limit=limit,
        scalars=False,
    )
    return [shift_context(row) for row in found.items], found.next_cursor


def _stations(
    at: datetime, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    found = stations.find(at=at, cursor=cursor, limit=limit)
    return [_station(view, at) for view in found.items], found.next_cursor


def _station(view: StationView, at: datetime) -> dict[str, Any]:
    today = DAYS[at.astimezone(ZoneInfo(timezone())).weekday()]
    return {
        "id": view.id,
        "name": view.name,
        "address": view.address,
        "open_now": view.open_now,
        "hours": _hours(view, today),
        "facilities": [facility.label for facility in view.facilities],
    }


def _hours(view: StationView, day: str) -> str:
    return " ".join(f"{start}–{end}" for start, end in view.hours.get(day, ()))
