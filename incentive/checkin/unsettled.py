"""Verified records that are to be settled, as settlement takes them: thousands at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import compress
from typing import Any, Final, NamedTuple, Self

# Longer than this nobody is at one shift: its 24 hours at most, and the half hour before it.
ATTENDANCE_MAX: Final = timedelta(hours=25)
# Two attendances of a person further apart in time than this are not looked at together.
ELSEWHERE_WITHIN: Final = timedelta(hours=12)


class VerifiedRecord(NamedTuple):
    """A record to be settled; ids as text, which is what they travel as."""

    record_id: str
    person_id: str
    activity_id: str
    activity_kind: str
    region_id: str
    day: date
    minutes: int


@dataclass(frozen=True, slots=True)
class VerifiedRecords:
    """Records to be settled, one list for each column: a record costs no more than its values."""

    record_id: list[str]
    person_id: list[str]
    activity_id: list[str]
    activity_kind: list[str]
    region_id: list[str]
    day: list[date]
    minutes: list[int]

    @classmethod
    def of(cls, records: Iterable[VerifiedRecord]) -> Self:
        """Return `records`, column by column."""
        columns = [list(column) for column in zip(*records, strict=True)]
        return cls(*columns) if columns else cls([], [], [], [], [], [], [])

    def __len__(self) -> int:
        return len(self.record_id)

    def __iter__(self) -> Iterator[VerifiedRecord]:
        return map(VerifiedRecord._make, zip(*self._columns(), strict=True))

    def where(self, keep: Sequence[object]) -> Self:
        """Return the records at whose place in `keep` something true stands."""
        return type(self)(*[list(compress(column, keep)) for column in self._columns()])

    def and_those(self, others: Self) -> Self:
        """Return these records and then `others`."""
        both = zip(self._columns(), others._columns(), strict=True)
        return type(self)(*[ours + theirs for ours, theirs in both])

    def _columns(self) -> tuple[list[Any], ...]:
        ids = (self.record_id, self.person_id, self.activity_id)
        return (*ids, self.activity_kind, self.region_id, self.day, self.minutes)


class Doubts(NamedTuple):
    """Ids of the few records of which anything could be found that looks invented.

    `alone`: nobody else was at the shift. `elsewhere`: the person was at another about that time.
    `seen`: somebody else scanned them.
    """

    alone: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()

    def among(self, record_ids: Iterable[str]) -> "Doubts":
        """Return the doubts about these records only."""
        known = frozenset(record_ids)
        return Doubts(*[ids & known for ids in self])

    def and_those(self, others: "Doubts") -> "Doubts":
        """Return both these doubts and `others`."""
        return Doubts(*[ids | more for ids, more in zip(self, others, strict=True)])


class Taken(NamedTuple):
    """What was taken to be settled, what is doubted of it, and whether more of its lane is due."""

    records: VerifiedRecords
    doubts: Doubts
    are_more: bool
