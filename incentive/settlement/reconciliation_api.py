"""Comparisons of the books: the nightly ones and those asked for, down to the rows."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.jobs import enqueue
from incentive.core.needs import WHOLE, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.ledger import jobs, reconciliation
from incentive.people.caller import Caller, caller
from incentive.settlement.reach import require_over_all
from incentive.settlement.reconciliation_schemas import (
    AskedSchema,
    FigureRowsSchema,
    ResultDetailSchema,
    RunDetailSchema,
    RunSchema,
)
from incentive.settlement.reconciliation_views import AskedView, asked_view, result_view, run_views

bp: Final = ApiBlueprint(
    "reconciliation", __name__, description="Comparisons of the books, down to the rows"
)
PERMISSION: Final = "reconciliation.read"


def allowed() -> Caller:
    """Return the caller if they may read what concerns all books."""
    who = caller()
    require_over_all(who, PERMISSION)
    return who


@bp.get("/reconciliation-runs")
@needs("reconciliation.read", of=WHOLE)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(RunSchema))
def runs(wanted: dict[str, Any]) -> Page:
    """List the comparisons that were made, the latest first."""
    with transaction():
        allowed()
        found = reconciliation.runs(cursor=wanted.get("cursor"), limit=wanted["limit"])
        return Page(run_views(found.items), found.next_cursor)


@bp.post("/reconciliation-runs")
@needs("reconciliation.read", of=WHOLE)
@bp.once(202, AskedSchema)
def ask() -> AskedView:
    """Have the books compared now; while that goes on, whoever asks again is told of it."""
    who = allowed()
    asked = reconciliation.ask(f"person:{who.person_id}", clock.now())
    enqueue(jobs.reconcile)
    return asked_view(asked)


@bp.get("/reconciliation-runs/<uuid:run_id>")
@needs("reconciliation.read", of=WHOLE)
@bp.response(200, RunDetailSchema)
def run(run_id: UUID) -> dict[str, Any]:
    """Return how far a comparison is, or what each check saw."""
    with transaction():
        allowed()
        asked, made = reconciliation.request(run_id)
        return {
            "asked": asked_view(asked),
            "run": run_views([made])[0] if made else None,
            "results": [result_view(result) for result in reconciliation.results(run_id)],
        }


@bp.get("/reconciliation-runs/<uuid:run_id>/results/<int:position>")
@needs("reconciliation.read", of=WHOLE)
@bp.response(200, ResultDetailSchema)
def result(run_id: UUID, position: int) -> dict[str, Any]:
    """Return what a check saw, with the rows that were wrong."""
    with transaction():
        allowed()
        found, rows = reconciliation.result(run_id, position)
        return {"result": result_view(found), "rows": rows}


@bp.get("/reconciliation-runs/<uuid:run_id>/results/<int:position>/figures/<int:figure>/rows")
@needs("reconciliation.read", of=WHOLE)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, FigureRowsSchema)
def figure_rows(wanted: dict[str, Any], run_id: UUID, position: int, figure: int) -> Page:
    """List the rows that make a figure up, as they stand now."""
    with transaction():
        allowed()
        return reconciliation.rows_behind(
            run_id, position, figure, cursor=wanted.get("cursor"), limit=wanted["limit"]
        )[1]
