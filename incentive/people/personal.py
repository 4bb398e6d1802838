"""What says who a person is: sealed under their own key, opened for a whole page at once.

Nothing opened is kept beyond the call, so that erasing somebody holds at once everywhere.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog

from incentive.core import clock
from incentive.core.db import jurisdiction
from incentive.core.keystore import sealing
from incentive.core.keystore.store import keystore
from incentive.core.zone import day_of
from incentive.people import ages, index, index_queries, queries
from incentive.people.errors import IdNumberTaken, PhoneTaken
from incentive.people.models import Person

FIELDS: Final = ("name", "phone", "id_number", "birth_month", "address")
_log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Personal:
    """What is known of a person; None is what nobody told, or what was not asked for.

    `id_number` has its kind before it, like `resident_id:530102199001010017`. Of an `erased`
    person there is nothing; what stands in `unreadable` was changed by somebody, or its key lost.
    """

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    birth_month: str | None = None
    address: str | None = None
    erased: bool = False
    unreadable: frozenset[str] = frozenset()


def of(person_ids: Collection[UUID], *fields: str) -> dict[UUID, Personal]:
    """Return `fields` (one at least) of those who exist, by two queries for all of them.

    Raises:
        KeysUnusable: the key store cannot be used; a single bad value only is `unreadable`.
    """
    if not person_ids:
        return {}
    rows = queries.sealed_of(person_ids, fields)
    keys = keystore().keys(jurisdiction(), [row.id for row in rows])
    return {row.id: _opened(row, fields, keys) for row in rows}


def one(person_id: UUID, *fields: str) -> Personal:
    """Return `fields` of one person."""
    return of([person_id], *fields).get(person_id, Personal())


def sealed(person_id: UUID, given: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the columns that keep `given` (by field) of a person, whose key is made if need be.

    Raises:
        KeyDestroyed: the person was erased.
    """
    return sealed_all({person_id: given})[person_id]


def sealed_all(given: Mapping[UUID, Mapping[str, str | None]]) -> dict[UUID, dict[str, Any]]:
    """Return the columns of many persons, as `sealed`."""
    # The keys first, and kept: a person without one could never be read.
    keys = keystore().make(jurisdiction(), list(given))
    current = index.writing()
    return {
        person_id: _columns(person_id, keys[person_id], values, current)
        for person_id, values in given.items()
    }


def write(person: Person, given: Mapping[str, str | None]) -> None:
    """Keep `given` (by field) with a person, who is locked.

    Raises:
        KeyDestroyed: the person was erased.
    """
    for name, column in sealed(person.id, given).items():
        if name != "blind_version":  # the person's other blinds are of the version that they were
            setattr(person, name, column)


def seal_for(person_id: UUID, slot: str, text: str) -> bytes:
    """Return `text` sealed under a person's own key for `slot`, which is none of their fields.

    Raises:
        KeyDestroyed: the person was erased.
    """
    key = keystore().make(jurisdiction(), [person_id])[person_id]
    return sealing.seal(key, place(person_id, slot), text)


def open_for(person_id: UUID, slot: str, kept: bytes | None) -> str | None:
    """Return what `seal_for` was given for `slot`; None if there is nothing, or it is unreadable."""
    key = keystore().keys(jurisdiction(), [person_id]).get(person_id)
    return None if kept is None else _text(person_id, slot, kept, key)


def refuse_taken(given: Mapping[str, str | None], besides: UUID | None = None) -> None:
    """Let nobody have a phone or an ID number that somebody else here has.

    Two at once are kept apart by the database; this also sees who was blinded by an older key.

    Raises:
        PhoneTaken, IdNumberTaken: another has it.
    """
    current = index.writing()
    for field, taken in (("id_number", IdNumberTaken), ("phone", PhoneTaken)):
        value = given.get(field)
        if value is not None and index_queries.is_taken(
            f"{field}_blind", current.all(field, value), besides
        ):
            raise taken


def destroy(person_id: UUID) -> None:
    """Erase a person: the key at once and for good, then what was sealed under it.

    The key is gone even if the open transaction is rolled back.
    """
    keystore().destroy(jurisdiction(), person_id)
    queries.clear_personal(person_id)


def place(person_id: UUID, field: str) -> str:
    """Return where a field of a person's is sealed for: it opens nowhere else."""
    return f"{jurisdiction()}/{person_id}/{field}"


def _columns(
    person_id: UUID, key: bytes, given: Mapping[str, str | None], current: index.Index
) -> dict[str, Any]:
    columns: dict[str, Any] = {"blind_version": current.version}
    for field, value in given.items():
        columns[f"{field}_sealed"] = (
            None if value is None else sealing.seal(key, place(person_id, field), value)
        )
        if field in index.FIELDS:
            columns[f"{field}_blind"] = None if value is None else current.blind(field, value)
    if ages.month_of_fields(given) is not None:
        # Wherever a month of birth is written: who is a minor must be known without any key.
        columns["age_class"] = ages.class_of_fields(given, day_of(clock.now()))
    return columns


def _opened(row: Any, fields: Collection[str], keys: Mapping[UUID, bytes | None]) -> Personal:
    kept = {f: getattr(row, f"{f}_sealed") for f in fields}
    kept = {field: value for field, value in kept.items() if value is not None}
    key = keys.get(row.id)
    if row.id in keys and key is None:
        return Personal(erased=True)
    texts = {field: _text(row.id, field, value, key) for field, value in kept.items()}
    unreadable = frozenset(field for field, text in texts.items() if text is None)
    for field in unreadable:
        _log.error("personal.unreadable", person=str(row.id), field=field, key=key is not None)
    return Personal(
        name=texts.get("name"),
        phone=texts.get("phone"),
        id_number=texts.get("id_number"),
        birth_month=texts.get("birth_month"),
        address=texts.get("address"),
        unreadable=unreadable,
    )


def _text(person_id: UUID, field: str, value: bytes, key: bytes | None) -> str | None:
    try:
        return sealing.unseal(key, place(person_id, field), bytes(value)) if key else None
    except sealing.Unreadable:
        return None
