"""Seal what was posted; compare the books every night, and whenever somebody asks."""

from typing import Final

import structlog
from flask import current_app

from incentive.core import clock
from incentive.core.db import snapshot, transaction
from incentive.core.jobs import lasting, periodic
from incentive.ledger import delivering, delivery_queries, reconciliation, sealing, snapshots
from incentive.ledger.sealer import seal_all

RUN_SECONDS_MAX: Final = 3600
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
    more = True
    while more:
        with transaction():
            _taken, more = snapshots.take()


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
