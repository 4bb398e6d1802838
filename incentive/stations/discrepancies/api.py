"""Findings over the API."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, STATION, needs
from incentive.core.paging import Page
from incentive.people.caller import caller
from incentive.stations.discrepancies import service
from incentive.stations.discrepancies.schemas import (
    ClearingSchema,
    DiscrepancyQuerySchema,
    DiscrepancySchema,
)

bp: Final = ApiBlueprint("discrepancies", __name__, description="What looks wrong at a counter")
_PAGE: Final = page_of(DiscrepancySchema)


@bp.get("/discrepancies")
@needs("station.audit", of=REACH)
@bp.arguments(DiscrepancyQuerySchema, location="query")
@bp.response(200, _PAGE)
def list_discrepancies(query: dict[str, Any]) -> Page:
    """List the findings at all stations whose books the caller reads, the latest first."""
    with transaction():
        return service.in_scope(caller(), **query)


@bp.get("/stations/<uuid:station_id>/discrepancies")
@needs("station.audit", of=STATION)
@bp.arguments(DiscrepancyQuerySchema, location="query")
@bp.response(200, _PAGE)
def list_station_discrepancies(query: dict[str, Any], station_id: UUID) -> Page:
    """List a station's findings, the latest first."""
    with transaction():
        return service.of_station(caller(), station_id, **query)


@bp.post("/discrepancies/<int:discrepancy_id>/clearing")
@needs("discrepancy.clear", of=STATION)
@bp.arguments(ClearingSchema)
@bp.once(201, DiscrepancySchema)
def clear_discrepancy(fields: dict[str, Any], discrepancy_id: int) -> Any:
    """Clear a finding with a note; nobody clears what is about themselves."""
    return service.clear(caller(), discrepancy_id, clock.now(), fields["note"])
