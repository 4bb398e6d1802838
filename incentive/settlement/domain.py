"""Decisions of the settlement: which rules pay a day, until when points last, when to try again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
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


def by_version(
    facts: Sequence[T], versions: Sequence[Version]
) -> Iterator[tuple[Version | None, list[T]]]:
    """Yield the facts with the version that pays their day, the oldest version first.

    `versions` run from the latest to the earliest. A fact of before the first has `None`.
    """

    def paying(fact: T) -> Version | None:
        return next((v for v in versions if v.effective_from <= fact.day), None)

    def age(fact: T) -> date:
        version = paying(fact)
        return version.effective_from if version else date.min

    for _, group in groupby(sorted(facts, key=age), key=age):
        members = list(group)
        yield paying(members[0]), members


def retry_at(attempts: int, at: datetime) -> datetime:
    """Return when to try a failed record again: 1, 2, 4 … minutes on, at most a day."""
    return at + timedelta(minutes=min(2 ** min(attempts - 1, 20), RETRY_MINUTES_MAX))
