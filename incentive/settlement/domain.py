"""Decisions of the settlement: which rules pay a day, until when points last, when to try again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from incentive import rules

RETRY_MINUTES_MAX: Final = 24 * 60


class Dated(Protocol):
    """Something that happened on a day."""

    @property
    def day(self) -> date:
        """Return the local day."""


class Served(Dated, Protocol):
    """A verified service, of now or of long ago."""

    @property
    def person_id(self) -> UUID:
        """Return whose it is."""

    @property
    def activity_id(self) -> UUID:
        """Return what it was for."""

    @property
    def activity_kind(self) -> str:
        """Return the kind of that."""

    @property
    def minutes(self) -> int:
        """Return how long it was."""


T = TypeVar("T", bound=Dated)


@dataclass(frozen=True, slots=True)
class Version:
    """A rule document and the day from which it pays."""

    id: UUID
    effective_from: date
    document: Any


@dataclass(frozen=True, slots=True)
class Sums:
    """What persons were awarded before: points by (person, day), month's first day, activity."""

    by_day: dict[tuple[UUID, date], int]
    by_month: dict[tuple[UUID, date], int]
    by_activity: dict[tuple[UUID, UUID], int]
    awarded_before: frozenset[UUID]


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


def fact_of(served: Served, sums: Sums) -> rules.Fact:
    """Return the service as the rules see it, with what was paid before: in truth or in a trial."""
    person, month = served.person_id, served.day.replace(day=1)
    return rules.Fact(
        person=str(person),
        activity=str(served.activity_id),
        kind=served.activity_kind,
        day=served.day,
        minutes=served.minutes,
        paid_that_day=sums.by_day.get((person, served.day), 0),
        paid_that_month=sums.by_month.get((person, month), 0),
        paid_for_activity=sums.by_activity.get((person, served.activity_id), 0),
        first=person not in sums.awarded_before,
    )


def retry_at(attempts: int, at: datetime) -> datetime:
    """Return when to try a failed record again: 1, 2, 4 … minutes on, at most a day."""
    return at + timedelta(minutes=min(2 ** min(attempts - 1, 20), RETRY_MINUTES_MAX))
