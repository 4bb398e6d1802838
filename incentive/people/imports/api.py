"""Imports of persons over HTTP."""

from typing import Any, Final
from uuid import UUID

from flask import Response, request

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.documents import MIMETYPES
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.jobs import enqueue
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.core.tables import FILE_BYTES_MAX
from incentive.core.uploads import takes
from incentive.people import jobs
from incentive.people.caller import caller
from incentive.people.imports import service
from incentive.people.imports.papers import send_template, send_to_mend
from incentive.people.imports.schemas import (
    EnterListSchema,
    ImportSchema,
    RowAnswerSchema,
    RowListQuerySchema,
    SendListQuerySchema,
)

bp: Final = ApiBlueprint("imports", __name__, description="Entering persons by the list")


@bp.post("/person-imports")
@needs("person.import", of=REGION)
@takes(FILE_BYTES_MAX + 1)
@bp.arguments(SendListQuerySchema, location="query")
@bp.once(201, ImportSchema)
def send(given: dict[str, Any]) -> service.Progress:
    """Send a list: the body is the file itself, CSV or XLSX. It is read in the background."""
    who, at = caller(), clock.now()
    sent = service.send(who, region=given["region"], content=request.get_data(), at=at)
    enqueue(jobs.work_on_import, str(sent.id))
    return service.progress(who, sent.id, at)


@bp.get("/person-imports")
@needs("person.import", of=REACH)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(ImportSchema))
def list_imports(given: dict[str, Any]) -> Page:
    """List the imports in your regions, the latest first."""
    with transaction():
        return service.listing(
            caller(), cursor=given.get("cursor"), limit=given["limit"], at=clock.now()
        )


@bp.get("/person-imports/<uuid:import_id>")
@needs("person.import", of=REGION)
@bp.response(200, ImportSchema)
def get_import(import_id: UUID) -> service.Progress:
    """Show an import: its figures, and how far it is."""
    with transaction():
        return service.progress(caller(), import_id, clock.now())


@bp.get("/person-imports/<uuid:import_id>/rows")
@needs("person.import", of=REGION)
@bp.arguments(RowListQuerySchema, location="query")
@bp.response(200, page_of(RowAnswerSchema))
def list_import_rows(given: dict[str, Any], import_id: UUID) -> Page:
    """List the answers row by row, in the order of the file; for a day names are shown, masked."""
    with transaction():
        return service.rows(
            caller(),
            import_id,
            status=given.get("status"),
            cursor=given.get("cursor"),
            limit=given["limit"],
            at=clock.now(),
        )


@bp.get("/person-imports/<uuid:import_id>/to-mend.xlsx")
@needs("person.import", of=REGION)
@bp.response(200, {"type": "string", "format": "binary"}, content_type=MIMETYPES["xlsx"])
def rows_to_mend(import_id: UUID) -> Response:
    """Return the wrong rows as they were sent, with what is wrong; for a day."""
    with transaction():
        service.progress(caller(), import_id, clock.now())
        return send_to_mend(import_id)


@bp.get("/person-imports/template.xlsx")
@needs("person.import", of=REACH)
@bp.response(200, {"type": "string", "format": "binary"}, content_type=MIMETYPES["xlsx"])
def template() -> Response:
    """Return the workbook to fill in."""
    with transaction():
        caller().require_somewhere(service.PERMISSION)
    return send_template()


@bp.post("/person-imports/<uuid:import_id>/enter")
@needs("person.import", of=REGION)
@bp.arguments(EnterListSchema)
@bp.once(202, ImportSchema)
def enter(given: dict[str, Any], import_id: UUID) -> service.Progress:
    """Have all right rows entered, in the background: all of them or none."""
    who, at = caller(), clock.now()
    service.enter(who, import_id, guardians=given["guardians"])
    enqueue(jobs.work_on_import, str(import_id))
    return service.progress(who, import_id, at)


@bp.post("/person-imports/<uuid:import_id>/undo")
@needs("person.import", of=REGION)
@bp.once(202, ImportSchema)
def undo(import_id: UUID) -> service.Progress:
    """Have all removed again, within a day, who did nothing yet."""
    who, at = caller(), clock.now()
    service.undo(who, import_id, at)
    enqueue(jobs.work_on_import, str(import_id))
    return service.progress(who, import_id, at)


@bp.delete("/person-imports/<uuid:import_id>")
@needs("person.import", of=REGION)
@bp.response(204)
def give_up(import_id: UUID) -> None:
    """Forget a list that nobody was entered from, at once."""
    with transaction():
        service.give_up(caller(), import_id, clock.now())
