"""Who can be given to besides persons: packages above say which of theirs can.

Stations are above and may not be imported from here; they register themselves when loaded.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

# What is given to: the name of the one with this id, or None if there is none.
finders: Final[dict[str, Callable[[UUID], str | None]]] = {}


def name_of(kind: str, fund_id: UUID) -> str | None:
    """Return what the fund is called, or None if nothing can be given to it."""
    find = finders.get(kind)
    return find(fund_id) if find else None
