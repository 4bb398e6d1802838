"""What the last comparison of the books saw, for Prometheus."""

from collections.abc import Iterator
from typing import Final

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from incentive.core.db import transaction, use_jurisdiction
from incentive.core.jobs import jurisdictions
from incentive.core.observe import BOOKS
from incentive.ledger import reconciliation

_log: Final = structlog.get_logger(__name__)


class LastRun(Collector):
    """`incentive_check_findings` per check that failed, and when the last run was."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Name the figures without asking the books."""
        return _figures()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the figures of every jurisdiction's last run; none while the books are away."""
        findings, failed, made = figures = _figures()
        try:
            for code in jurisdictions():
                with use_jurisdiction(code), transaction():
                    run = reconciliation.last()
                    results = reconciliation.results(run.id) if run else []
                if run is None:
                    continue
                made.add_metric([code], run.finished_at.timestamp())
                failed.add_metric([code], run.failed)
                for result in results:
                    # A check that could not be made proves nothing: one row that nobody has seen.
                    wrong = result.rows_found or int(not result.clean)
                    findings.add_metric([code, result.name], wrong)
        except SQLAlchemyError as error:
            _log.warning("ledger.metrics_unread", error=str(error).partition("\n")[0])
            return
        yield from figures


def _figures() -> list[GaugeMetricFamily]:
    return [
        GaugeMetricFamily(
            "incentive_check_findings",
            "Rows that the last comparison of the books found wrong",
            labels=["jurisdiction", "check"],
        ),
        GaugeMetricFamily(
            "incentive_checks_failed",
            "Checks that failed in the last comparison of the books",
            labels=["jurisdiction"],
        ),
        GaugeMetricFamily(
            "incentive_checks_made_seconds",
            "When the books were last compared, in seconds since 1970",
            labels=["jurisdiction"],
        ),
    ]


BOOKS.register(LastRun())
