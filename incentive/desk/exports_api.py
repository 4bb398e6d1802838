"""The sealed books over HTTP, for auditors of the whole jurisdiction."""

from tempfile import TemporaryFile
from typing import Any, Final

from flask import Response, send_file

from incentive.core import clock
from incentive.core.db import jurisdiction, snapshot
from incentive.core.http import ApiBlueprint
from incentive.core.needs import WHOLE, needs
from incentive.desk.schemas import ExportQuerySchema
from incentive.ledger import exporting
from incentive.ledger.export_errors import ExportTooLong
from incentive.people.caller import caller
from incentive.people.errors import OutOfScope
from incentive.regions import service as regions

bp: Final = ApiBlueprint("ledger_export", __name__, description="The sealed books as a file")
PERMISSION: Final = "ledger.read"
ROWS_MAX: Final = 500_000
_MIMETYPE: Final = "application/octet-stream"


@bp.get("/ledger/export")
@needs("ledger.read", of=WHOLE)
@bp.arguments(ExportQuerySchema, location="query")
@bp.response(200, {"type": "string", "format": "binary"}, content_type=_MIMETYPE)
def export_ledger(query: dict[str, Any]) -> Response:
    """Export sealed rows, to be verified anywhere with `incentive ledger verify`.

    It names no person: accounts of theirs, who acted and why are commitments.
    """
    # Through a file and not straight out: a slow reader would keep a connection to the books
    # from everybody else, and a fault half-way could no longer be told.
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    try:
        with snapshot():
            rows = _span(query)
            exporting.export(rows, file, clock.now(), personal=False)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"ledger-{jurisdiction()}-{rows.first}-{rows.last}.export"
    return send_file(file, mimetype=_MIMETYPE, as_attachment=True, download_name=name, max_age=0)


def _span(query: dict[str, Any]) -> exporting.Span:
    who = caller()
    who.require_somewhere(PERMISSION)
    if not regions.cover_all(who.regions_for(PERMISSION)):
        raise OutOfScope(PERMISSION)
    rows = exporting.span(query["first"], query.get("last"))
    if rows.last - rows.first > ROWS_MAX:
        raise ExportTooLong(rows.last - rows.first, ROWS_MAX)
    return rows
