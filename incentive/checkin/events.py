"""What happens here that packages above want to hear of.

Settlement is above and may not be imported from here; it adds its poke when its jobs
module is loaded. A callable runs inside the transaction that verified the records, so
it must only put something off until the commit (`core.jobs.enqueue` does).
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

on_verified: Final[list[Callable[[list[UUID]], None]]] = []


def verified(record_ids: list[UUID]) -> None:
    """Tell everybody that these service records have just been verified."""
    for tell in on_verified:
        tell(record_ids)
