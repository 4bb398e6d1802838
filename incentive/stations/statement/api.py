"""A station's statement over the API, and as PDF and workbook."""

from typing import Any, Final
from uuid import UUID

from flask import Response, abort

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.documents import MIMETYPES, file_name, send
from incentive.core.http import ApiBlueprint
from incentive.core.needs import STATION, needs
from incentive.people.caller import caller
from incentive.stations import service as stations
from incentive.stations.statement import papers, service
from incentive.stations.statement.schemas import StatementQuerySchema, StationStatementSchema
from incentive.stations.statement.service import Statement

bp: Final = ApiBlueprint(
    "station_statement", __name__, description="What a station did on some days"
)


@bp.get("/stations/<uuid:station_id>/statement")
@needs("station.audit", of=STATION)
@bp.arguments(StatementQuerySchema, location="query")
@bp.response(200, StationStatementSchema)
def station_statement(query: dict[str, Any], station_id: UUID) -> Statement:
    """Tell goods, orders and points of some days."""
    with transaction():
        return service.statement(caller(), station_id, **query)


@bp.get("/stations/<uuid:station_id>/statement.<ending>")
@needs("station.audit", of=STATION)
@bp.arguments(StatementQuerySchema, location="query")
@bp.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
def station_statement_paper(query: dict[str, Any], station_id: UUID, ending: Any) -> Response:
    """Give the statement as pdf or xlsx, to sign and file."""
    if ending not in MIMETYPES:
        abort(404)
    at = clock.now()
    with transaction():
        found = service.statement(caller(), station_id, **query)
        station = stations.get(station_id, at)
    paper = papers.document(station, found, at)
    name = file_name(station.name, str(paper.title), found.first_day, found.last_day, ending=ending)
    return send(paper, ending, name=name, plain=f"station-statement-{station_id}.{ending}")
