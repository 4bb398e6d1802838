"""What cron and the check-in poke: settle what is verified, expire what has lapsed."""

from time import monotonic
from typing import Final
from uuid import UUID

from sqlalchemy.exc import OperationalError

from incentive.checkin import events
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.jobs import enqueue, periodic
from incentive.core.zone import today
from incentive.settlement import service
from incentive.settlement.rulebook import simulation

SIMULATE_SECONDS: Final = 20.0


@periodic(seconds=15)
def settle() -> None:
    """Settle all verified records, batch by batch. Run twice, pays once."""
    with transaction():
        service.wake(clock.now())
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


@periodic(seconds=60)
def simulate() -> None:
    """Recompute what drafts of rules would have paid. Broken off, it goes on where it was."""
    started = monotonic()
    while monotonic() - started < SIMULATE_SECONDS:
        try:
            with transaction():
                if not simulation.step(clock.now()):
                    return
        except OperationalError:
            raise  # the database is away: no draft is at fault
        except Exception as error:  # noqa: BLE001 - whatever it is, it would be so again
            with transaction():
                simulation.give_up(error, clock.now())
    with transaction():
        enqueue(simulate)  # others have had to wait long enough


def settle_soon(_record_ids: list[UUID]) -> None:
    """Have newly verified records settled right after their transaction."""
    enqueue(settle)


events.on_verified.append(settle_soon)
