"""Decisions of the settlement: which rules pay a day, until when points last, when to try again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

RETRY_MINUTES_MAX: Final = 24 * 60


class Dated(Protocol):
    """Something that happened on a day."""

    @property
    def day(self) -> date:
        """Return the local day."""


T = TypeVar("T", bound=Dated)


@dataclass(frozen=True, slots=True)
class Version:
    """A rule document and the day from which it pays."""

    id: UUID
    effective_from: date
    document: Any


def oldest_version(
    facts: Sequence[T], versions: Sequence[Version]
) -> tuple[Version | None, list[T], list[T]]:
    """Return the oldest of the versions that pay the facts, those that it pays, and the others.

    `versions` run from the latest to the earliest. A fact of before the first has `None`.
    """
    paying = {
        day: next((v for v in versions if v.effective_from <= day), None)
        for day in sorted({fact.day for fact in facts})
    }
    oldest = next(iter(paying.values()))
    return (
        oldest,
        [fact for fact in facts if paying[fact.day] is oldest],
        [fact for fact in facts if paying[fact.day] is not oldest],
    )


def retry_at(attempts: int, at: datetime) -> datetime:
    """Return when to try a failed record again: 1, 2, 4 … minutes on, at most a day."""
    return at + timedelta(minutes=min(2 ** min(attempts - 1, 20), RETRY_MINUTES_MAX))
