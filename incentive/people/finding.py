"""Finding persons by what is known of them, shown masked; and showing it in full, for a reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from incentive.core.db import on_rollback, transaction
from incentive.core.paging import Page, page
from incentive.people import acts, identity, index, masking, personal, phones, queries
from incentive.people.caller import Caller
from incentive.people.errors import RevealedTooOften, UnknownPerson
from incentive.people.models import Person
from incentive.people.personal import Personal

FOUND_MAX = 50
REASON_MAX = 200
# More than a busy morning's calls; whoever copies a list out meets it.
REVEALS_PER_HOUR: Final = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A person as staff may see them in a list; `home` is the region's name."""

    id: UUID
    volunteer_number: str
    status: str
    home: str | None
    known: Personal


def find(by: Caller, **by_what: str) -> list[Found]:
    """Return those in the caller's reach whom one thing known leads to, masked, at most 50.

    `by_what` is one of `volunteer_number`, `phone`, `name` or `id_number` with its `id_type`. All
    but the number are found only whole: an index that knew parts of them would give them away.

    Raises:
        OutOfScope: the caller may find nobody.
        PhoneUnusable, IdNumberUnusable: there can be none such.
    """
    return list(search(by, cursor=None, limit=FOUND_MAX, **by_what).items)


def search(by: Caller, *, cursor: str | None, limit: int, **by_what: str) -> Page:
    """Return a page of what `find` finds, by volunteer number.

    Raises:
        As `find`.
    """
    by.require_somewhere("person.find")
    rows = queries.found(*_wanted(by_what), within=by.regions_for("person.find"))
    found = page(rows, [Person.volunteer_number], cursor=cursor, limit=limit, scalars=False)
    return Page(_masked(found.items), found.next_cursor)


def reveal(
    person_id: UUID, fields: Collection[str], reason: str, by: Caller, at: datetime
) -> Personal:
    """Return `fields` of a person in full, and record who saw which of them, and why.

    Raises:
        UnknownPerson: nobody here has this id.
        OutOfScope: the caller may not reveal persons of that home.
        RevealedTooOften: they did `REVEALS_PER_HOUR` times within an hour; that is recorded.
    """
    row = queries.person_with_home(person_id)
    if row is None:
        raise UnknownPerson
    home = row[1]
    by.require("person.reveal", region_path=home.path if home is not None else None)
    _count_look(person_id, by, at)
    seen = sorted(set(fields) & set(personal.FIELDS))
    known = personal.one(person_id, *seen)
    after = {"fields": seen, "seen_at": at}
    acts.record(by, "person.reveal", subject=f"person:{person_id}", after=after, reason=reason)
    return known


def _count_look(person_id: UUID, by: Caller, at: datetime) -> None:
    # One look of a worker's after the other: of many at once, each must see the others'.
    queries.lock_looks(by.person_id)
    looks = acts.count(by, "person.reveal", at - timedelta(hours=1))
    if looks < REVEALS_PER_HOUR:
        return
    told = {"looks": looks}

    def note() -> None:
        with transaction():
            acts.record(by, "person.reveal_refused", subject=f"person:{person_id}", after=told)

    on_rollback(note)
    raise RevealedTooOften(REVEALS_PER_HOUR)


def _wanted(by_what: dict[str, str]) -> tuple[str, list[Any]]:
    if "volunteer_number" in by_what:
        return "volunteer_number", [by_what["volunteer_number"].replace("-", "").strip()]
    current = index.reading()
    if "phone" in by_what:
        return "phone_blind", list(current.all("phone", phones.parse(by_what["phone"])))
    if "id_number" in by_what:
        kind = by_what.get("id_type") or identity.RESIDENT_ID
        kept = identity.id_number(kind, by_what["id_number"])
        return "id_number_blind", list(current.all("id_number", kept))
    return "name_blind", list(current.all("name", by_what["name"]))


def _masked(rows: Sequence[Any]) -> list[Found]:
    known = personal.of([row.id for row in rows], "name", "phone", "id_number")
    return [
        Found(row.id, row.volunteer_number, row.status, row.home, masking.person(known[row.id]))
        for row in rows
    ]
