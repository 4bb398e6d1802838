"""The audit desk over HTTP: the audit log, and points over time."""

from tempfile import TemporaryFile
from typing import Any, Final

from flask import Response, send_file

from incentive.core.db import transaction
from incentive.core.documents import attachment, file_name
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, needs
from incentive.core.paging import Page
from incentive.core.zone import today
from incentive.desk import act_exports, acts, charts
from incentive.desk.acts import ActFilter
from incentive.desk.charts import Period
from incentive.desk.schemas import (
    ActFilterSchema,
    ActQuerySchema,
    ActSchema,
    SeriesQuerySchema,
    SeriesSchema,
)
from incentive.people.caller import caller

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
bp: Final = ApiBlueprint("desk", __name__, description="The audit desk: for auditors")


@bp.get("/audit-log")
@needs("audit.read", of=REACH)
@bp.arguments(ActQuerySchema, location="query")
@bp.response(200, page_of(ActSchema))
def search_acts(query: dict[str, Any]) -> Page:
    """List the administrative acts in your scope, the latest first."""
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    with transaction():
        return acts.search(caller(), ActFilter(**query), cursor=cursor, limit=limit)


@bp.get("/audit-log.xlsx")
@needs("audit.read", of=REACH)
@bp.arguments(ActFilterSchema, location="query")
@bp.response(200, {"type": "string", "format": "binary"}, content_type=_XLSX)
def acts_xlsx(query: dict[str, Any]) -> Response:
    """Give the administrative acts in your scope as an Excel workbook, the latest first."""
    # Through a file and not straight out: as with the ledger's.
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    try:
        with transaction():
            act_exports.write_xlsx(caller(), ActFilter(**query), file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    answer = send_file(file, mimetype=_XLSX, max_age=0)
    last = query.get("last_day") or today()
    name = file_name("audit-log", query.get("first_day"), last, ending="xlsx")
    answer.headers["Content-Disposition"] = attachment(name, name)
    return answer


@bp.get("/desk/series")
@needs("audit.read", of=REACH)
@bp.arguments(SeriesQuerySchema, location="query")
@bp.response(200, SeriesSchema)
def points_over_time(query: dict[str, Any]) -> dict[str, list[Period]]:
    """Sum up the points issued, spent, expired and outstanding in your scope, by period."""
    first, last = query.get("first_day"), query.get("last_day")
    with transaction():
        return {"items": charts.series(caller(), query["unit"], first, last, today())}
