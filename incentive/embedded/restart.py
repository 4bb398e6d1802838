"""When a process that died is to be started again: soon, then less and less soon."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

FIRST_SECONDS: Final = 0.2
LONGEST_SECONDS: Final = 15.0
# A process that has lived this long is well again.
WELL_SECONDS: Final = 20.0


@dataclass(slots=True)
class _Record:
    started: float
    delay: float = FIRST_SECONDS
    due: float | None = None


@dataclass(slots=True)
class Restarts:
    """Deaths by name. `clock` counts seconds from any origin and never goes back."""

    clock: Callable[[], float] = time.monotonic
    _records: dict[str, _Record] = field(default_factory=dict)

    def note_alive(self, name: str) -> None:
        """Say that `name` runs."""
        record = self._records.setdefault(name, _Record(self.clock()))
        if self.clock() - record.started > WELL_SECONDS:
            record.delay = FIRST_SECONDS

    def note_death(self, name: str) -> bool:
        """Say that `name` is dead; return whether that is news."""
        record = self._records.setdefault(name, _Record(self.clock()))
        if record.due is not None:
            return False
        record.due = self.clock() + record.delay
        record.delay = min(record.delay * 2, LONGEST_SECONDS)
        return True

    def is_due(self, name: str) -> bool:
        """Return whether it is time to start `name` again; the answer yes is given once."""
        record = self._records.get(name)
        if record is None or record.due is None or self.clock() < record.due:
            return False
        record.due = None
        record.started = self.clock()
        return True
