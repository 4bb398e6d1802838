"""Which packages have background work: the one list that workers and cron read."""

import importlib
from typing import Final

MODULES: Final = (
    "incentive.ledger.jobs",
    "incentive.settlement.jobs",
    "incentive.checkin.jobs",
    "incentive.stations.jobs",
    "incentive.people.jobs",
    "incentive.points.jobs",
)


def load() -> None:
    """Import the packages' jobs, so that `core.jobs` knows them."""
    for name in MODULES:
        importlib.import_module(name)
