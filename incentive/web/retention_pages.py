"""How long what is kept, and what the last nightly runs ended."""

from typing import Any, Final

from flask import render_template

from incentive.core.db import transaction
from incentive.core.needs import REACH, needs
from incentive.people.caller import caller
from incentive.people.retention import queries
from incentive.people.retention.table import Rule, rules
from incentive.web.people_frame import tabs
from incentive.web.site import bp

RUNS: Final = 14


@bp.get("/persons/retention")
@needs("audit.read", of=REACH)
def retention() -> str:
    """Show the retention table in words, and the figures of the last two weeks' runs."""
    with transaction():
        who = caller()
        who.require_somewhere("audit.read")
        runs = queries.last_runs(RUNS)
        gone = queries.figures(runs[0].run_id) if runs else {}
        around = tabs(who, "web.retention")
    return render_template(
        "web/retention.html",
        tabs=around,
        rows=[_row(rule, gone.get(rule.name)) for rule in rules()],
        runs=[{"at": run.started_at, "gone": run.gone, "whole": run.whole} for run in runs],
    )


def _row(rule: Rule, gone: int | None) -> dict[str, Any]:
    return {
        "title": rule.title,
        "days": rule.kept.days,
        "since": rule.since,
        "blanked": rule.is_blanked,
        "why": rule.why,
        "law": rule.law,
        "gone": gone,
    }
