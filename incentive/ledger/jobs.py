"""Seal what was posted; compare the books every night, and whenever somebody asks."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Final

import structlog
from flask import current_app

from incentive.core import clock
from incentive.core.db import jurisdiction, snapshot, transaction, use_jurisdiction
from incentive.core.jobs import lasting, periodic
from incentive.ledger import delivering, delivery_queries, reconciliation, sealing, snapshots

RUN_SECONDS_MAX: Final = 3600
# Sessions that make leaves: more would only wait for each other at the end of the table.
SIDE_BY_SIDE: Final = 2
_log: Final = structlog.get_logger(__name__)


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


@periodic(seconds=30)
def seal() -> None:
    """Seal all that no running transaction can still add to. Run twice, seals once."""
    seal_all(lambda so_far: _log.info("ledger.sealing", leaves=so_far))
    with transaction():
        held_back = sealing.held_back(clock.now())
    if held_back:
        _log.warning(
            "ledger.sealing_held_back",
            since=held_back.since.isoformat(),
            held_back_by=held_back.pid,
            state=held_back.state,
            application=held_back.application,
        )


@periodic(seconds=60)
@lasting(RUN_SECONDS_MAX)
def take_snapshots() -> None:
    """Keep the balances of accounts that nobody may wait for. Run twice, keeps each once."""
    with transaction():
        snapshots.take()


@periodic(seconds=30)
def deliver() -> None:
    """Bring checkpoints to the places that the settings name; what fails is tried again."""
    for target, send in delivering.targets(current_app.config["SETTINGS"]).items():
        with transaction():
            waiting = delivery_queries.waiting(target)
        for row in waiting:
            try:
                send(row.note)
            except delivering.Undelivered as error:
                _log.warning(
                    "ledger.checkpoint_undelivered",
                    target=target,
                    tree_size=row.tree_size,
                    error=str(error),
                )
                break
            with transaction():
                delivery_queries.keep(target, row.tree_size, clock.now())


def seal_all(progress: Callable[[int], object]) -> tuple[int, str | None]:
    """Seal batch by batch and sign at the end; return how many leaves are new, and the note.

    `progress` is told the sum after each batch but the last. Of a large batch the leaves are
    made side by side, in sessions of their own, while the tree grows by those that are there.
    """
    total = 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as beside:
        while True:
            with transaction():
                numbered = sealing.number()
            made = sum(_make_beside(beside) if numbered > sealing.LARGE else _make())
            total += made
            # What is posted meanwhile is for the next run: a checkpoint is not to wait for ever.
            # More made than numbered: a dead sealer's, before which others may have to wait.
            if numbered < sealing.BATCH and made <= numbered:
                break
            progress(total)
    with transaction():
        checkpoint = sealing.checkpoint(clock.now())
    return total, checkpoint.note if checkpoint else None


def _make() -> Iterator[int]:
    """Make the leaves of all that is numbered, run by run; yield how many they are."""
    while True:
        with transaction():
            made = sealing.make_leaves()
        if not made:
            return
        yield made


def _make_beside(beside: Executor) -> Iterator[int]:
    """Do so in several sessions, and let the tree grow after every run."""
    app, code = current_app._get_current_object(), jurisdiction()  # type: ignore[attr-defined]  # noqa: SLF001
    ready: SimpleQueue[int] = SimpleQueue()

    def make() -> None:
        try:
            with app.app_context(), use_jurisdiction(code):
                for made in _make():
                    ready.put(made)
        finally:
            ready.put(0)

    making = [beside.submit(make) for _ in range(SIDE_BY_SIDE)]
    left = SIDE_BY_SIDE
    while left:
        news = [ready.get()]
        while not ready.empty():
            news.append(ready.get())
        yield from news
        left -= news.count(0)
        if left:
            with transaction():
                sealing.grow_ahead()
    for done in making:
        done.result()
