"""The run: rule by rule, batch by batch, each batch with its figure in a transaction of its own."""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.ids import new_id
from incentive.people.retention import queries
from incentive.people.retention.table import Rule, rules

BATCH: Final = 1000
_log: Final = structlog.get_logger(__name__)


def run(at: datetime, limit: int = BATCH) -> UUID:
    """End all that is past its time at `at`, `limit` rows at once; return the run's id.

    Opens its transactions. Broken off it has done whole batches only, and the next run goes on. A
    rule that fails is logged and does not hold up the others.
    """
    run_id = new_id()
    for rule in rules():
        try:
            _end_all(run_id, rule, at, limit)
        except SQLAlchemyError:
            _log.exception("retention.failed", rule=rule.name)
    return run_id


def due(at: datetime) -> dict[str, int]:
    """Return how many rows a run at `at` would end, by rule. Changes nothing."""
    return {rule.name: queries.count(rule, at) for rule in rules()}


def _end_all(run_id: UUID, rule: Rule, at: datetime, limit: int) -> None:
    with transaction():
        queries.begin(run_id, rule, at)
    while True:
        with transaction():
            queries.lock(rule)
            gone = rule.sweep(at) if rule.sweep else queries.end_batch(rule, at, limit)
            if not gone:
                queries.end(run_id, rule, clock.now())
                return
            queries.add(run_id, rule, gone)
