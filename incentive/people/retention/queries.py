"""The retention run's SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, tuple_, update

from incentive.core.db import session
from incentive.people.retention.models import RetentionFigure
from incentive.people.retention.table import Rule


def count(rule: Rule, at: datetime) -> int:
    """Return how many rows are past their time at `at`."""
    wanted = select(func.count()).select_from(rule.table).where(rule.past(at))
    return session().scalars(wanted).one()


def lock(rule: Rule) -> None:
    """Let one run after the other do a batch of a rule, until the transaction ends."""
    key = func.hashtextextended(f"retention {rule.name}", 0)
    session().execute(select(func.pg_advisory_xact_lock(key)))


def end_batch(rule: Rule, at: datetime, limit: int) -> int:
    """Delete or blank up to `limit` rows that are past at `at`; return how many."""
    keys = tuple(rule.table.primary_key)
    late = [
        tuple(row) for row in session().execute(select(*keys).where(rule.past(at)).limit(limit))
    ]
    if not late:
        return 0
    # Asked once more: of a row that was used meanwhile the time begins anew.
    chosen = tuple_(*keys).in_(late) & rule.past(at)
    change: Any = (
        delete(rule.table) if rule.blanks is None else update(rule.table).values(rule.blanks)
    )
    return session().connection().execute(change.where(chosen)).rowcount


def begin(run_id: UUID, rule: Rule, at: datetime) -> None:
    """Note that a run is at a rule."""
    session().add(RetentionFigure(run_id=run_id, rule=rule.name, started_at=at))


def add(run_id: UUID, rule: Rule, gone: int) -> None:
    """Add to the figure of a run."""
    figure = _figure(run_id, rule).values(gone=RetentionFigure.gone + gone)
    session().execute(figure)


def end(run_id: UUID, rule: Rule, at: datetime) -> None:
    """Note that a run is through with a rule."""
    session().execute(_figure(run_id, rule).values(ended_at=at))


def last_runs(limit: int) -> Sequence[Row[Any]]:
    """Return runs, the latest first: `run_id`, `started_at`, `gone`, and whether they are `whole`."""
    whole = func.bool_and(RetentionFigure.ended_at.is_not(None)).label("whole")
    runs = (
        select(
            RetentionFigure.run_id,
            RetentionFigure.started_at,
            func.sum(RetentionFigure.gone).label("gone"),
            whole,
        )
        .group_by(RetentionFigure.run_id, RetentionFigure.started_at)
        .order_by(RetentionFigure.started_at.desc(), RetentionFigure.run_id.desc())
        .limit(limit)
    )
    return session().execute(runs).all()


def figures(run_id: UUID) -> dict[str, int]:
    """Return how many rows went in a run, by rule."""
    wanted = select(RetentionFigure.rule, RetentionFigure.gone).filter_by(run_id=run_id)
    return {figure.rule: figure.gone for figure in session().execute(wanted)}


def _figure(run_id: UUID, rule: Rule) -> Any:
    return update(RetentionFigure).filter_by(run_id=run_id, rule=rule.name)
