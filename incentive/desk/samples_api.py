"""Spot checks over HTTP."""

from typing import Any, Final
from uuid import UUID

from flask import Response

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.documents import send
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.desk import samples, worksheets
from incentive.desk.sample_schemas import (
    FindingsSchema,
    ListedSampleSchema,
    NewSampleSchema,
    WorksheetSchema,
)
from incentive.desk.samples import Finding, Worksheet
from incentive.people.caller import caller

bp: Final = ApiBlueprint("samples", __name__, description="Spot checks, for auditors")
_FILE: Final = {"type": "string", "format": "binary"}
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.post("/desk/samples")
@needs("audit.read", of=REACH)
@bp.arguments(NewSampleSchema)
@bp.once(201, WorksheetSchema)
def draw(wanted: dict[str, Any]) -> Worksheet:
    """Draw a sample by a seed that nobody chose, and keep it."""
    return samples.draw(caller(), **wanted, at=clock.now())


@bp.get("/desk/samples")
@needs("audit.read", of=REACH)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(ListedSampleSchema))
def list_samples(query: dict[str, Any]) -> Page:
    """List samples, the latest first: your own, or all if you audit the whole."""
    with transaction():
        return samples.listed(caller(), cursor=query.get("cursor"), limit=query["limit"])


@bp.get("/desk/samples/<uuid:sample_id>")
@needs("audit.read", of=REACH)
@bp.response(200, WorksheetSchema)
def show_sample(sample_id: UUID) -> Worksheet:
    """Show a sample with what was found at each row."""
    with transaction():
        return samples.worksheet(caller(), sample_id)


@bp.post("/desk/samples/<uuid:sample_id>/findings")
@needs("audit.read", of=REACH)
@bp.arguments(FindingsSchema)
@bp.once(201, WorksheetSchema)
def record_findings(given: dict[str, Any], sample_id: UUID) -> Worksheet:
    """Keep what was found; earlier findings stay."""
    findings = [Finding(**each) for each in given["findings"]]
    samples.record(caller(), sample_id, findings, clock.now())
    return samples.worksheet(caller(), sample_id)


@bp.get("/desk/samples/<uuid:sample_id>/worksheet.xlsx")
@needs("audit.read", of=REACH)
@bp.response(200, _FILE, content_type=_XLSX)
def worksheet_xlsx(sample_id: UUID) -> Response:
    """Give the worksheet as an Excel workbook."""
    return _sent(sample_id, "xlsx")


@bp.get("/desk/samples/<uuid:sample_id>/worksheet.pdf")
@needs("audit.read", of=REACH)
@bp.response(200, _FILE, content_type="application/pdf")
def worksheet_pdf(sample_id: UUID) -> Response:
    """Give the worksheet on paper, to be filled in and signed."""
    return _sent(sample_id, "pdf")


def _sent(sample_id: UUID, ending: Any) -> Response:
    with transaction():
        paper = worksheets.paper(samples.worksheet(caller(), sample_id), clock.now())
    name = f"spot-check-{sample_id}.{ending}"
    return send(paper, ending, name=name, plain=name)
