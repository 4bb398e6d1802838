"""What cron pokes: warnings of expiry, and disputes that nobody decided in time."""

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.jobs import periodic
from incentive.points.disputes import service as disputes
from incentive.points.notices import service as notices


@periodic(cron="30 0 * * *")
def warn() -> None:
    """Warn of points that expire in 30 or 7 days. Run twice, warns once."""
    while True:
        with transaction():
            if not notices.warn(clock.now()):
                return


@periodic(cron="40 0 * * *")
def lapse_disputes() -> None:
    """Release what was held for disputes that nobody decided in time."""
    while True:
        with transaction():
            if not disputes.lapse(clock.now()):
                return
