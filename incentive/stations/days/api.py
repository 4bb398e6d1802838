"""A station's days over the API."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import STATION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller
from incentive.stations.days import service
from incentive.stations.days.errors import UnknownDay
from incentive.stations.days.schemas import AmendmentSchema, ClosingSchema, DayRowSchema, DaySchema
from incentive.stations.days.service import DayView

bp: Final = ApiBlueprint("station_days", __name__, description="A station's days, open and closed")
_ONE: Final = "/stations/<uuid:station_id>/days/<day>"


@bp.get("/stations/<uuid:station_id>/days")
@needs("station.audit", of=STATION)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(DayRowSchema))
def list_days(query: dict[str, Any], station_id: UUID) -> Page:
    """List a station's days, today first."""
    with transaction():
        return service.days(caller(), station_id, clock.now(), **query)


@bp.get(_ONE)
@needs("station.audit", of=STATION)
@bp.response(200, DaySchema)
def get_day(station_id: UUID, day: str) -> DayView:
    """Show a day: its figures now, every signing, and what came after the last."""
    with transaction():
        return service.get(caller(), station_id, read_day(day), clock.now())


@bp.post(f"{_ONE}/close")
@needs("station.close", of=STATION)
@bp.arguments(ClosingSchema)
@bp.once(201, DaySchema)
def close_day(fields: dict[str, Any], station_id: UUID, day: str) -> DayView:
    """Sign a day's figures; it stays closed."""
    return service.close(caller(), station_id, read_day(day), clock.now(), fields["note"])


@bp.post(f"{_ONE}/amendments")
@needs("station.close", of=STATION)
@bp.arguments(AmendmentSchema)
@bp.once(201, DaySchema)
def amend_day(fields: dict[str, Any], station_id: UUID, day: str) -> DayView:
    """Sign a closed day's figures anew; the earlier ones stay."""
    return service.amend(caller(), station_id, read_day(day), clock.now(), fields["note"])


def read_day(text: str) -> date:
    """Return the day in an address.

    Raises:
        UnknownDay: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnknownDay from None
