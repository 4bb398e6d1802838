"""Decisions of the settlement: which rules pay a day, until when points last, when to try again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

RETRY_MINUTES_MAX: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Version:
    """A rule document and the day from which it pays."""

    id: UUID
    effective_from: date
    document: Any


def oldest_version(
    days: Collection[date], versions: Sequence[Version]
) -> tuple[Version | None, frozenset[date]]:
    """Return the oldest of the versions that pay the days (one or more), and those that it pays.

    `versions` run from the latest to the earliest. A day before the first has `None`.
    """
    paying = {
        day: next((v for v in versions if v.effective_from <= day), None) for day in sorted(days)
    }
    oldest = next(iter(paying.values()))
    return oldest, frozenset(day for day, version in paying.items() if version is oldest)


def retry_at(attempts: int, at: datetime) -> datetime:
    """Return when to try a failed record again: 1, 2, 4 … minutes on, at most a day."""
    return at + timedelta(minutes=min(2 ** min(attempts - 1, 20), RETRY_MINUTES_MAX))
