"""What cron pokes: orders not collected in time give everything back, and findings are looked for."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.jobs import periodic
from incentive.stations import orders
from incentive.stations.discrepancies import service as discrepancies

log = structlog.get_logger(__name__)


@periodic(seconds=60)
def lapse_due() -> None:
    """Lapse all orders that are due, a batch to a transaction. Run twice, gives back once."""
    at = clock.now()
    last = None
    while True:
        with transaction():
            batch = orders.due(at, after=last)
        if not batch:
            return
        _lapse([order_id for _, order_id in batch])
        last = batch[-1]


@periodic(seconds=900)
def find_discrepancies() -> None:
    """Look for what is wrong at the counters. Run twice, finds each once."""
    with transaction():
        found = discrepancies.find(clock.now())
    if found:
        log.warning("discrepancies found", number=found)


def _lapse(order_ids: Sequence[UUID]) -> None:
    """Lapse these; if they cannot go together, halve them until the one at fault stands alone."""
    try:
        with transaction():
            orders.lapse(order_ids, clock.now())
    except (IncentiveError, IntegrityError) as error:
        if len(order_ids) == 1:
            log.error("order cannot lapse", order_id=str(order_ids[0]), error=str(error))  # noqa: TRY400
            return
        middle = len(order_ids) // 2
        _lapse(order_ids[:middle])
        _lapse(order_ids[middle:])
