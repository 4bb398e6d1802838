"""What stands in the way of erasing a person: each package says it of its own.

    @hinders
    def _orders(person_id: UUID, at: datetime) -> IncentiveError | None: ...

What the person can settle themselves refuses the wish at once and names the way out. What only
time or somebody else settles is registered with `waits=True`: the wish is taken, and waits for it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, overload
from uuid import UUID

from incentive.core.errors import IncentiveError

Hindrance = Callable[[UUID, datetime], IncentiveError | None]
_stopping: Final[list[Hindrance]] = []
_waiting: Final[list[Hindrance]] = []


@overload
def hinders(ask: Hindrance) -> Hindrance: ...
@overload
def hinders(*, waits: bool) -> Callable[[Hindrance], Hindrance]: ...
def hinders(
    ask: Hindrance | None = None, *, waits: bool = False
) -> Hindrance | Callable[[Hindrance], Hindrance]:
    """Register what is asked before a person is erased."""

    def register(asked: Hindrance) -> Hindrance:
        (_waiting if waits else _stopping).append(asked)
        return asked

    return register if ask is None else register(ask)


def stops(person_id: UUID, at: datetime) -> list[IncentiveError]:
    """Return what the person has to settle before they can ask."""
    return _asked(_stopping, person_id, at)


def waits(person_id: UUID, at: datetime) -> list[IncentiveError]:
    """Return what has to be settled by others before the person is erased."""
    return _asked(_waiting, person_id, at)


def _asked(asks: list[Hindrance], person_id: UUID, at: datetime) -> list[IncentiveError]:
    found = [ask(person_id, at) for ask in asks]
    return [error for error in found if error is not None]
