"""What cron pokes: nobody stays checked in to a shift that is over."""

from incentive.checkin import service
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.jobs import periodic

BATCH = 500


@periodic(seconds=60)
def close_overdue() -> None:
    """Close, batch by batch, what nobody checked out of. Run twice, closes once."""
    while True:
        with transaction():
            if service.close_overdue(clock.now(), BATCH) < BATCH:
                return
