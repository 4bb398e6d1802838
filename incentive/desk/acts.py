"""The audit log, searched: who did what, within the reader's scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, select

from incentive.audit.models import AuditEntry
from incentive.core.clock import day_bounds
from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.core.zone import timezone
from incentive.desk.errors import DaysBackwards, UnknownNumber
from incentive.desk.labels import labels
from incentive.desk.reach import PERMISSION, Reach, acts_within, reach_of
from incentive.people import queries as people
from incentive.people.caller import Caller
from incentive.regions import service as regions

_PERSON: Final = "person:"
_NUMBER_LENGTH: Final = 13
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which acts; local days, both within. `actor`: a volunteer number, `cli` or `system`.

    `subject`: a volunteer number, or a key such as `station:<id>`. `region`: a region's code, of
    what was done there, below it, or at a station there.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    region: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it is shown: the row, and what its keys stand for.

    In `before` and `after` the ids of things that have a name are replaced by it.
    """

    entry: AuditEntry
    actor: str
    subject: str
    place: str
    before: dict[str, Any]
    after: dict[str, Any]


def search(caller: Caller, which: ActFilter, *, cursor: str | None = None, limit: int = 20) -> Page:
    """Return a page of the acts in the caller's scope, the latest first.

    Raises:
        OutOfScope, DaysBackwards, UnknownNumber, UnknownRegion: nothing is shown.
    """
    found = page(
        _acts(reach_of(caller), which),
        [AuditEntry.id],
        cursor=cursor,
        limit=limit,
        newest_first=True,
    )
    return Page(_shown(list(found.items)), found.next_cursor)


def about(caller: Caller, subject: str, limit: int) -> list[Act]:
    """Return the latest acts on `subject`, as far as the caller audits; nothing, if nowhere."""
    paths = tuple(caller.regions_for(PERMISSION))
    reach = Reach(regions.cover_all(paths), paths, tuple(caller.stations_for(PERMISSION)))
    found = page(
        _acts(reach, ActFilter(subject=subject)),
        [AuditEntry.id],
        cursor=None,
        limit=limit,
        newest_first=True,
    )
    return _shown(list(found.items))


def stream(caller: Caller, which: ActFilter) -> Iterator[Act]:
    """Return all acts in the caller's scope, the latest first, some at a time.

    Raises:
        As `search`.
    """
    found = _acts(reach_of(caller), which).order_by(AuditEntry.id.desc())
    rows = session().scalars(found.execution_options(yield_per=_AT_ONCE))
    for some in rows.partitions():
        # One question for the names of so many; all of them would not fit into memory.
        yield from _shown(list(some))


def _acts(reach: Reach, which: ActFilter) -> Select[*tuple[Any, ...]]:
    if which.first_day and which.last_day and which.first_day > which.last_day:
        raise DaysBackwards
    found = select(AuditEntry).where(acts_within(reach))
    if which.actor:
        found = found.where(AuditEntry.actor == _person_or(which.actor, "actor"))
    if which.action:
        found = found.where(AuditEntry.action == which.action)
    if which.subject:
        found = found.where(AuditEntry.subject == _person_or(which.subject, "subject"))
    if which.region:
        path = regions.region_by_code(which.region).path
        found = found.where(acts_within(Reach(whole=False, paths=(path,))))
    if which.first_day:
        found = found.where(AuditEntry.at >= day_bounds(which.first_day, timezone())[0])
    if which.last_day:
        found = found.where(AuditEntry.at < day_bounds(which.last_day, timezone())[1])
    return found


def _person_or(text: str, field: str) -> str:
    """Return the key of the person whose volunteer number `text` is, or `text` if it is none."""
    number = text.replace("-", "")
    if len(number) != _NUMBER_LENGTH or not (number.isascii() and number.isdecimal()):
        return text
    person = people.person_by_number(number)
    if person is None:
        raise UnknownNumber(field)
    return f"{_PERSON}{person.id}"


def _shown(entries: list[AuditEntry]) -> list[Act]:
    names = labels({key for entry in entries for key in _keys(entry)})
    return [
        Act(
            entry,
            names.get(entry.actor, entry.actor),
            names.get(entry.subject, ""),
            names.get(entry.place, ""),
            _named(entry.before, names),
            _named(entry.after, names),
        )
        for entry in entries
    ]


def _keys(entry: AuditEntry) -> list[str]:
    told = {**(entry.before or {}), **(entry.after or {})}
    ids = [_key(name, value) for name, value in told.items()]
    return [entry.actor, entry.subject, entry.place, *ids]


def _named(told: dict[str, Any] | None, names: dict[str, str]) -> dict[str, Any]:
    return {name: names.get(_key(name, value), value) for name, value in (told or {}).items()}


def _key(name: str, value: Any) -> str:
    """Return the key of what a field like `station_id` holds."""
    kind = "region" if name == "home_region_id" else name.removesuffix("_id")
    return f"{kind}:{value}" if name.endswith("_id") else ""
