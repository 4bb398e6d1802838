"""The nightly comparison: every check over one moment of the books, and its result kept.

A comparison is asked for (by the night, a person or the command), made in one snapshot so that
work going on makes no false difference, and kept for good. Only one is made at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import structlog

from incentive.core.db import aside, jurisdiction, session
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.ledger import checks, run_queries
from incentive.ledger.checks import Check, Outcome
from incentive.ledger.errors import UnknownRun
from incentive.ledger.run_models import CheckRequest, CheckResult, CheckRun

ATTEMPTS_MAX: Final = 3
CHECK_SECONDS_MAX: Final = 600
_log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one comparison saw, before it is kept."""

    request_id: UUID
    asked_by: str
    started_at: datetime
    snapshot: str
    outcomes: Sequence[Outcome]


def ask(asked_by: str, at: datetime) -> CheckRequest:
    """Have the books compared; if that is asked for already, return the request that waits."""
    request_id = new_id()
    run_queries.put_request({"id": request_id, "asked_by": asked_by, "asked_at": at})
    found = run_queries.open_request() or run_queries.request(request_id)
    if found is None:  # the one that stood in the way was closed in between
        return ask(asked_by, at)
    return found


def next_request(at: datetime) -> CheckRequest | None:
    """Return the open request, for this snapshot to carry out; None without one, or without a turn.

    One that took its worker's life too often is given up, loudly.
    """
    request = run_queries.open_request() if run_queries.take_turn() else None
    if request is None:
        return None
    with aside() as beside:
        attempt = run_queries.count_attempt(beside, request.id, len(checks.names()))
        if attempt > ATTEMPTS_MAX:
            error = f"given up: broken off {ATTEMPTS_MAX} times"
            run_queries.close_request(beside, request.id, at, error)
            _log.error("ledger.reconciliation_given_up", jurisdiction=jurisdiction())
    return request if 0 < attempt <= ATTEMPTS_MAX else None


def compare(request: CheckRequest, at: datetime) -> Comparison:
    """Make every check in the open snapshot, noting how far it is for those who watch."""
    snapshot = run_queries.snapshot_name()
    run_queries.limit_statements(CHECK_SECONDS_MAX)
    outcomes = []
    for done, check in enumerate(checks.registered(), 1):
        outcomes.append(_made(check))
        with aside() as beside:
            run_queries.note_done(beside, request.id, done)
    return Comparison(request.id, request.asked_by, at, snapshot, outcomes)


def keep(made: Comparison, at: datetime) -> bool:
    """Store what a comparison saw, and raise the alarm over differences; False if kept before."""
    if not run_queries.close_request(session(), made.request_id, at):
        return False
    wrong = [outcome for outcome in made.outcomes if not outcome.clean]
    found = sum(outcome.found for outcome in made.outcomes)
    run = {
        "id": made.request_id,
        "asked_by": made.asked_by,
        "started_at": made.started_at,
        "finished_at": at,
        "snapshot": made.snapshot,
        "checks": len(made.outcomes),
        "failed": len(wrong),
        "rows_found": found,
    }
    results = [
        _result(made.request_id, position, outcome)
        for position, outcome in enumerate(made.outcomes, 1)
    ]
    findings = [
        {
            "run_id": made.request_id,
            "position": position,
            "row": number,
            "content": {name: _plain(value) for name, value in row.items()},
        }
        for position, outcome in enumerate(made.outcomes, 1)
        for number, row in enumerate(outcome.rows, 1)
    ]
    run_queries.put_run(run, results, findings)
    for outcome in wrong:
        _log.error(
            "ledger.reconciliation_differs",
            jurisdiction=jurisdiction(),
            run=str(made.request_id),
            check=outcome.check.name,
            figures=outcome.figures,
            rows=outcome.found,
            error=outcome.error,
        )
    return True


def last() -> CheckRun | None:
    """Return the latest comparison that was made, if any was."""
    return run_queries.last_run()


def waiting() -> CheckRequest | None:
    """Return the comparison that is being made or waits for a worker."""
    return run_queries.open_request()


def runs(*, cursor: str | None, limit: int) -> Page:
    """Return a page of the comparisons that were made, the latest first."""
    return page(run_queries.runs(), [CheckRun.id], cursor=cursor, limit=limit, newest_first=True)


def request(request_id: UUID) -> tuple[CheckRequest, CheckRun | None]:
    """Return what was asked for, and its run once that is kept.

    Raises:
        UnknownRun: nobody asked for this.
    """
    asked = run_queries.request(request_id)
    if asked is None:
        raise UnknownRun
    return asked, run_queries.run(request_id)


def results(run_id: UUID) -> Sequence[CheckResult]:
    """Return what each check of a run saw, in order."""
    return run_queries.results(run_id)


def result(run_id: UUID, position: int) -> tuple[CheckResult, list[dict[str, Any]]]:
    """Return what one check saw, and the rows that were wrong then.

    Raises:
        UnknownRun: there is no such run, or it made no such check.
    """
    found = run_queries.result(run_id, position)
    if found is None:
        raise UnknownRun
    return found, run_queries.findings(run_id, position)


def rows_behind(
    run_id: UUID, position: int, figure: int, *, cursor: str | None, limit: int
) -> tuple[CheckResult, Page]:
    """Return a page of the rows that make up a figure of a check, as they stand now.

    Raises:
        UnknownRun: there is no such figure, or it is not counted any more.
    """
    found, _ = result(run_id, position)
    check = checks.named(found.name)
    names = [name for name, _ in found.figures]
    if check is None or not 1 <= figure <= len(names):
        raise UnknownRun
    counted = next((one for one in check.figures if one.name == names[figure - 1]), None)
    if counted is None:
        raise UnknownRun
    rows, key = run_queries.figure_rows(counted)
    return found, page(rows, [key], cursor=cursor, limit=limit)


def _made(check: Check) -> Outcome:
    started = perf_counter()
    try:
        with session().begin_nested():
            outcome = checks.look(check)
    except Exception as error:  # noqa: BLE001 - a check that breaks must not hide what the others see
        outcome = Outcome(check, error=str(error).partition("\n")[0][:300] or type(error).__name__)
    return replace(outcome, seconds=perf_counter() - started)


def _result(run_id: UUID, position: int, outcome: Outcome) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "position": position,
        "name": outcome.check.name,
        "clean": outcome.clean,
        "figures": [[name, total] for name, total in outcome.figures.items()],
        "rows_found": outcome.found,
        "seconds": round(outcome.seconds, 4),
        "error": outcome.error,
    }


def _plain(value: Any) -> Any:
    """Return `value` as JSON can hold it."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() if value == value.to_integral_value():
            return int(value)
        case datetime() | date():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
    return str(value)
