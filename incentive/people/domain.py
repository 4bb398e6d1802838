"""Decisions about people: pure, without clock, session or request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from incentive.people.permissions import (
    AUDITOR,
    GIG_WORKER,
    STATION_MANAGER,
    VOLUNTEER,
)
from incentive.regions.models import Level

FAILURES_MAX: Final = 5
# From everywhere together: whoever guesses from many places meets this one.
FAILURES_ANYWHERE_MAX: Final = 50
LOCK_TIME: Final = timedelta(minutes=15)
SESSION_TIME: Final = timedelta(days=30)
# Roles that make sense at one station; every role can be held over a region.
STATION_ROLES: Final = frozenset({STATION_MANAGER, AUDITOR})
# A role is handed on for at most so long; a constraint of the table holds a day more.
DELEGATED_DAYS_MAX: Final = 30
# What nobody hands on, whatever role they hand on: else it could be handed further.
NEVER_DELEGATED: Final = frozenset({"role.grant"})
# Roles that registering somebody gives; any other is granted by whoever may grant.
SELF_ROLES: Final = (VOLUNTEER, GIG_WORKER)
_HOMES: Final = frozenset({Level.COMMUNITY, Level.GRID, Level.BUILDING, Level.DOOR})


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong passwords in a row for one phone, from one place or all, and until when it is locked."""

    failures: int
    failed_at: datetime
    locked_until: datetime | None = None

    def locked_for(self, at: datetime) -> timedelta | None:
        """Return for how much longer nobody may try, or None."""
        if self.locked_until is None or self.locked_until <= at:
            return None
        return self.locked_until - at

    def after_failure(self, at: datetime, most: int = FAILURES_MAX) -> "Tries":
        """Return the tries with one more; the `most`th in a row locks for 15 minutes.

        A row ends when a lock has passed, or after as long without a failure.
        """
        over = self.locked_until is not None or self.failed_at + LOCK_TIME <= at
        failures = 1 if over else self.failures + 1
        return Tries(failures, at, at + LOCK_TIME if failures >= most else None)


def is_home(level: str) -> bool:
    """Say whether somebody can live there: in a community or a part of one."""
    return level in _HOMES
