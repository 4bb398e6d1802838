"""What cron and the check-in poke: settle what is verified, expire what has lapsed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from typing import Final
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import OperationalError

from incentive.checkin import events
from incentive.checkin.models import LANES
from incentive.core import clock
from incentive.core.db import jurisdiction, transaction, use_jurisdiction
from incentive.core.jobs import enqueue, periodic
from incentive.core.zone import today
from incentive.settlement import service
from incentive.settlement.rulebook import simulation

SIMULATE_SECONDS: Final = 20.0


@periodic(seconds=15)
def settle() -> None:
    """Settle all verified records, batch by batch. Run twice, pays once."""
    settle_all()


def settle_all() -> int:
    """Settle all verified records; return how many were dealt with.

    When there are many, the lanes go side by side, in sessions of their own.
    """
    with transaction():
        service.wake(clock.now())
        are_many = service.count_waiting() > service.BATCH
        if are_many:
            service.open_issuances()
    stop = Event()
    if not are_many:
        return sum(_settle_lane(lane, stop) for lane in LANES)
    app, code = current_app._get_current_object(), jurisdiction()  # type: ignore[attr-defined]  # noqa: SLF001

    def settle_beside(lane: int) -> int:
        with app.app_context(), use_jurisdiction(code):
            return _settle_lane(lane, stop)

    with ThreadPoolExecutor(len(LANES)) as beside:
        try:
            return sum(beside.map(settle_beside, LANES))
        finally:
            stop.set()  # whoever breaks this off need not wait for more than a batch


def _settle_lane(lane: int, stop: Event) -> int:
    total = 0
    while not stop.is_set():
        try:
            with transaction():
                done, are_more = service.settle_lane(lane, clock.now())
        except OperationalError:
            raise  # the database is away: no record is at fault
        except service.FAULTS:
            with transaction():
                done = service.settle(clock.now(), lanes=(lane,))
            are_more = done > 0
        total += done
        if not are_more:
            break
    return total


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
