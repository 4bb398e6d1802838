"""Blinding all persons of a jurisdiction anew, by another key, while everybody goes on.

Until the last one is done both keys find people. Then the former key is destroyed: what an old
copy of the books holds of phones and ID numbers cannot be tried out any more, by anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from incentive.core.db import jurisdiction, on_commit, transaction
from incentive.core.keystore.store import keystore
from incentive.people import acts, index, personal
from incentive.people import index_queries as queries

BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Reblinded:
    """The version in use now, how many persons were given it, and how many cannot be read."""

    version: int
    persons: int
    unreadable: int


def reblind(at: datetime, say: Callable[[int], None]) -> Reblinded:
    """Blind everybody by a new key; broken off, the next run goes on. Opens its transactions.

    `say` is told, after each batch, how many are done. Who cannot be read keeps the former blind,
    and the former key stays in use for them: mend them, and run this again.

    Raises:
        KeysUnusable: the key store is not that of these books.
    """
    with transaction():
        queries.lock_versions()
        if len(queries.versions()) == 1:
            queries.add_version(queries.versions()[0].version + 1, at)
        version = index.writing().version
    done, after = 0, None
    while True:
        with transaction():
            moved, after = _some(version, after)
        if after is None:
            break
        done += moved
        say(done)
    return Reblinded(version, done, _finish(version, at))


def _some(version: int, after: UUID | None) -> tuple[int, UUID | None]:
    rows = queries.lock_behind(version, after, BATCH)
    if not rows:
        return 0, None
    current = index.writing()
    known = personal.of([row.id for row in rows], *index.FIELDS)
    moved = [
        _blinds(row.id, known[row.id], current) for row in rows if not known[row.id].unreadable
    ]
    if moved:
        queries.put_blinds(moved)
    return len(moved), rows[-1].id


def _blinds(person_id: UUID, known: personal.Personal, current: index.Index) -> dict[str, Any]:
    columns: dict[str, Any] = {"id": person_id, "blind_version": current.version}
    for field in index.FIELDS:
        value = getattr(known, field)
        columns[f"{field}_blind"] = None if value is None else current.blind(field, value)
    return columns


def _finish(version: int, at: datetime) -> int:
    """Retire the former versions and destroy their keys, or return how many still need them."""
    with transaction():
        queries.lock_versions()
        left = queries.count_behind(version)
        if left:
            return left
        former = [one.version for one in queries.versions() if one.version != version]
        queries.retire(former, at)
        acts.record(
            None,
            "keys.reblind",
            subject=f"jurisdiction:{jurisdiction()}",
            before={"version": former[-1] if former else None},
            after={"version": version},
        )
        code = jurisdiction()
        for one in former:
            on_commit(lambda one=one: keystore().destroy_blind_key(code, one))  # type: ignore[misc]
    return 0
