"""The station's ledger, as pages and as files."""

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO, Any, Final
from uuid import UUID

from flask import Response, send_file

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.documents import attachment, file_name
from incentive.core.http import ApiBlueprint
from incentive.core.needs import STATION, needs
from incentive.core.zone import today
from incentive.people.caller import Caller, caller
from incentive.stations import service, station_ledger
from incentive.stations.ledger_queries import Filter
from incentive.stations.ledger_schemas import (
    ExportQuerySchema,
    LedgerQuerySchema,
    StationLedgerSchema,
)
from incentive.stations.station_ledger import LedgerPage

bp: Final = ApiBlueprint(
    "station_ledger", __name__, description="Every point that passed a station"
)
_FILE: Final = {"type": "string", "format": "binary"}
_CSV: Final = "text/csv"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_Writer = Callable[[Caller, UUID, Filter, IO[bytes]], None]


@bp.get("/stations/<uuid:station_id>/ledger")
@needs("station.audit", of=STATION)
@bp.arguments(LedgerQuerySchema, location="query")
@bp.response(200, StationLedgerSchema)
def list_ledger(query: dict[str, Any], station_id: UUID) -> LedgerPage:
    """List the points that came to a station and went back, the latest first."""
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    with transaction():
        return station_ledger.listing(
            caller(), station_id, Filter(**query), cursor=cursor, limit=limit
        )


@bp.get("/stations/<uuid:station_id>/ledger.csv")
@needs("station.audit", of=STATION)
@bp.arguments(ExportQuerySchema, location="query")
@bp.response(200, _FILE, content_type=_CSV)
def ledger_csv(query: dict[str, Any], station_id: UUID) -> Response:
    """Give all rows that pass the filter as CSV, the earliest first."""
    return _file(station_ledger.write_csv, station_id, query, "csv", _CSV)


@bp.get("/stations/<uuid:station_id>/ledger.xlsx")
@needs("station.audit", of=STATION)
@bp.arguments(ExportQuerySchema, location="query")
@bp.response(200, _FILE, content_type=_XLSX)
def ledger_xlsx(query: dict[str, Any], station_id: UUID) -> Response:
    """Give all rows that pass the filter as an Excel workbook, the earliest first."""
    return _file(station_ledger.write_xlsx, station_id, query, "xlsx", _XLSX)


def _file(
    write: _Writer, station_id: UUID, query: dict[str, Any], ending: str, mimetype: str
) -> Response:
    # Through a file and not straight out: a slow reader would keep a connection to the books
    # from everybody else, and a fault half-way could no longer be told.
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    try:
        with transaction():
            write(caller(), station_id, Filter(**query), file)
            station = service.get(station_id, clock.now())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    answer = send_file(file, mimetype=mimetype, max_age=0)
    days = (query.get("first_day"), query.get("last_day") or today())
    name = file_name(station.name, *days, ending=ending)
    plain = f"station-ledger-{station_id}.{ending}"
    answer.headers["Content-Disposition"] = attachment(name, plain)
    return answer
