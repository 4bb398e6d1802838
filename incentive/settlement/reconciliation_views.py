"""Comparisons of the books as people read them: names translated, askers by volunteer number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.core.i18n import Text
from incentive.ledger.run_models import CheckRequest, CheckResult, CheckRun
from incentive.people import service as people

_PERSON: Final = "person:"


@dataclass(frozen=True, slots=True)
class FigureView:
    """One side of a comparison."""

    name: str
    title: str
    total: int


@dataclass(frozen=True, slots=True)
class ResultView:
    """What a check saw."""

    position: int
    name: str
    title: str
    clean: bool
    figures: Sequence[FigureView]
    rows_found: int
    seconds: float
    error: str


@dataclass(frozen=True, slots=True)
class AskedView:
    """A comparison that is asked for."""

    id: UUID
    asked_at: datetime
    asked_by: str
    checks_done: int
    checks_total: int
    finished_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A comparison that was made."""

    id: UUID
    asked_by: str
    started_at: datetime
    finished_at: datetime
    snapshot: str
    checks: int
    failed: int
    rows_found: int


def result_view(result: CheckResult) -> ResultView:
    """Return what is shown of a result."""
    return ResultView(
        result.position,
        result.name,
        str(Text(result.name)),
        result.clean,
        [FigureView(name, str(Text(name)), total) for name, total in result.figures],
        result.rows_found,
        result.seconds,
        result.error,
    )


def asked_view(asked: CheckRequest) -> AskedView:
    """Return what is shown of a request."""
    return AskedView(
        asked.id,
        asked.asked_at,
        _askers([asked.asked_by])[asked.asked_by],
        asked.checks_done,
        asked.checks_total,
        asked.finished_at,
        asked.error,
    )


def run_views(runs: Sequence[CheckRun]) -> list[RunView]:
    """Return what is shown of runs."""
    askers = _askers(run.asked_by for run in runs)
    return [
        RunView(
            run.id,
            askers[run.asked_by],
            run.started_at,
            run.finished_at,
            run.snapshot,
            run.checks,
            run.failed,
            run.rows_found,
        )
        for run in runs
    ]


def _askers(askers: Iterable[str]) -> dict[str, str]:
    known = set(askers)
    ids = {UUID(asker.removeprefix(_PERSON)): asker for asker in known if asker.startswith(_PERSON)}
    numbers = people.numbers_of(ids)
    return {asker: asker for asker in known} | {
        asker: numbers[person_id] for person_id, asker in ids.items()
    }
