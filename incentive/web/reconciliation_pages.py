"""Comparisons of the books: what was compared, both totals, and the rows that differ."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.jobs import enqueue
from incentive.core.needs import WHOLE, needs
from incentive.ledger import jobs, reconciliation
from incentive.people.caller import Caller, caller
from incentive.settlement.reach import require_over_all
from incentive.settlement.reconciliation_views import asked_view, result_view, run_views
from incentive.web import forms
from incentive.web.addresses import pager
from incentive.web.reconciliation_words import column
from incentive.web.site import bp

PERMISSION: Final = "reconciliation.read"
RUNS: Final = 20
ROWS: Final = 50
# The nightly one is a few hours late at worst; after that nobody compares any more.
OVERDUE: Final = timedelta(hours=30)


@bp.get("/reconciliation")
@needs("reconciliation.read", of=WHOLE)
def reconciliation_runs() -> str:
    """Show what the last comparison saw, and list those before."""
    return _runs()


@bp.post("/reconciliation")
@needs("reconciliation.read", of=WHOLE)
def reconcile_now() -> ResponseReturnValue:
    """Have the books compared now."""

    def do(who: Caller, at: datetime) -> Text:
        require_over_all(who, PERMISSION)
        reconciliation.ask(f"person:{who.person_id}", at)
        enqueue(jobs.reconcile)
        return _("The books are being compared. This takes a moment.")

    return forms.act(do, done=url_for("web.reconciliation_runs"), refused=_runs)


@bp.get("/reconciliation/<uuid:run_id>")
@needs("reconciliation.read", of=WHOLE)
def reconciliation_run(run_id: UUID) -> str:
    """Show a comparison: how far it is, or what each check saw."""
    with transaction():
        require_over_all(caller(), PERMISSION)
        asked, run = reconciliation.request(run_id)
        return render_template(
            "web/reconciliation_run.html",
            asked=asked_view(asked),
            run=run_views([run])[0] if run else None,
            results=[result_view(result) for result in reconciliation.results(run_id)],
        )


@bp.get("/reconciliation/<uuid:run_id>/progress")
@needs("reconciliation.read", of=WHOLE)
def reconciliation_progress(run_id: UUID) -> ResponseReturnValue:
    """Return how far a comparison is, to be put into the page; have it drawn anew at the end."""
    with transaction():
        require_over_all(caller(), PERMISSION)
        asked, _run = reconciliation.request(run_id)
    if asked.finished_at is not None:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return render_template("web/_reconciliation_progress.html", asked=asked)


@bp.get("/reconciliation/<uuid:run_id>/checks/<int:position>")
@needs("reconciliation.read", of=WHOLE)
def reconciliation_check(run_id: UUID, position: int) -> str:
    """Show what a check compared, and the rows that were wrong then."""
    with transaction():
        require_over_all(caller(), PERMISSION)
        found, rows = reconciliation.result(run_id, position)
        _asked, run = reconciliation.request(run_id)
    return render_template(
        "web/reconciliation_check.html",
        run=run,
        result=result_view(found),
        rows=rows,
        columns=columns(rows),
    )


@bp.get("/reconciliation/<uuid:run_id>/checks/<int:position>/figures/<int:figure>")
@needs("reconciliation.read", of=WHOLE)
def reconciliation_figure(run_id: UUID, position: int, figure: int) -> str:
    """List the rows that make a figure up, as they stand now."""
    with transaction():
        require_over_all(caller(), PERMISSION)
        found, page = reconciliation.rows_behind(
            run_id, position, figure, cursor=request.args.get("cursor"), limit=ROWS
        )
        _asked, run = reconciliation.request(run_id)
    shown = result_view(found)
    return render_template(
        "web/reconciliation_figure.html",
        run=run,
        result=shown,
        figure=shown.figures[figure - 1],
        rows=page.items,
        columns=columns(page.items),
        **pager(page.next_cursor),
    )


def columns(rows: Any) -> list[dict[str, Any]]:
    """Return the columns of rows as they came, the figure at the end."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [
        {"key": name, "label": column(name), "kind": "figure" if name == "amount" else None}
        for name in sorted(names, key=lambda name: name == "amount")
    ]


def _runs(refusal: IncentiveError | None = None) -> str:
    at = clock.now()
    with transaction():
        require_over_all(caller(), PERMISSION)
        found = reconciliation.runs(cursor=request.args.get("cursor"), limit=RUNS)
        waiting, last = reconciliation.waiting(), reconciliation.last()
        return render_template(
            "web/reconciliation.html",
            runs=run_views(found.items),
            last=run_views([last])[0] if last else None,
            results=[result_view(one) for one in reconciliation.results(last.id)] if last else [],
            waiting=asked_view(waiting) if waiting else None,
            overdue=last is not None and at - last.finished_at > OVERDUE,
            refusal=refusal,
            **pager(found.next_cursor),
        )
