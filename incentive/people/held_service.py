"""What is held about one person, counted and read from what the packages say of their tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.people import held_queries, personal, queries
from incentive.people.held import Deleted, Holding, holdings

# More of one kind than this does not go into one file; none of the tables comes near it.
ROWS_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing that is held: how many, and what becomes of it; `why` is None if it goes."""

    group: str
    title: Any
    count: int
    office: bool
    why: Any


def sections(person_id: UUID) -> list[Section]:
    """Return what is held about a person, counted by one question; what there is none of is left out."""
    known = holdings()
    counts = held_queries.counts(known, person_id)
    return [
        Section(
            one.group,
            one.title,
            counts[number],
            one.office,
            None if isinstance(one.fate, Deleted) else one.fate.why,
        )
        for number, one in enumerate(known)
        if counts.get(number)
    ]


def everything(person_id: UUID) -> dict[str, Any]:
    """Return all that is held about a person, in full, to take along; of others there is nothing."""
    row = queries.person(person_id)
    told = personal.one(person_id, *personal.FIELDS)
    return {
        "made_at": clock.now().isoformat(),
        "volunteer_number": row.volunteer_number if row else "",
        "profile": {field: getattr(told, field) for field in personal.FIELDS},
        "held": [_told(one, person_id) for one in holdings()],
    }


def _told(holding: Holding, person_id: UUID) -> dict[str, Any]:
    rows = held_queries.rows(holding, person_id, ROWS_MAX)
    return {
        "title": str(holding.title),
        "group": holding.group,
        "erased": "deleted" if isinstance(holding.fate, Deleted) else str(holding.fate.why),
        "rows": [dict(zip(holding.shown, map(_plain, row), strict=True)) for row in rows],
    }


def lines(told: dict[str, Any]) -> Iterator[Sequence[str]]:
    """Yield what `everything` told as lines of a table: kind, number of the row, field, value."""
    for field, value in told["profile"].items():
        yield ("profile", "", field, value or "")
    for section in told["held"]:
        for number, row in enumerate(section["rows"], 1):
            for field, value in row.items():
                yield (section["title"], str(number), field, "" if value is None else str(value))


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str() | list() | dict():
            return value
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)
