"""Compare the books: every night, and whenever somebody asks."""

from typing import Final

from incentive.core import clock
from incentive.core.db import snapshot, transaction
from incentive.core.jobs import lasting, periodic
from incentive.ledger import reconciliation

RUN_SECONDS_MAX: Final = 3600


@periodic(cron="30 2 * * *")
def ask_for_tonight() -> None:
    """Have the books compared. Asked twice, compared once."""
    with transaction():
        reconciliation.ask("system", clock.now())
    reconcile()


@periodic(seconds=60)
@lasting(RUN_SECONDS_MAX)
def reconcile() -> None:
    """Make the comparison that is asked for. Broken off, it is made anew a minute later."""
    at = clock.now()
    with snapshot():
        request = reconciliation.next_request(at)
        if request is None:
            return
        made = reconciliation.compare(request, at)
    with transaction():
        reconciliation.keep(made, clock.now())
