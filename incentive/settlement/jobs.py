"""What cron and the check-in poke: settle what is verified, expire what has lapsed."""

from uuid import UUID

from incentive.checkin import events
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.jobs import enqueue, periodic
from incentive.core.zone import today
from incentive.settlement import service


@periodic(seconds=15)
def settle() -> None:
    """Settle all verified records, batch by batch. Run twice, pays once."""
    while True:
        with transaction():
            if not service.settle(clock.now()):
                return


@periodic(cron="10 0 * * *")
def expire() -> None:
    """Expire what lapsed before today. Run twice, moves nothing more."""
    while True:
        with transaction():
            if not service.expire(today()):
                return


def settle_soon(_record_ids: list[UUID]) -> None:
    """Have newly verified records settled right after their transaction."""
    enqueue(settle)


events.on_verified.append(settle_soon)
