"""Wrapping all keys of the key store anew, by another master key, while everybody goes on.

The key store says which master key is current; the processes only hold what they may need. So the
new one is given to all of them first, and the old one is taken away last.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from incentive.config import Settings
from incentive.core.keystore.checking import check
from incentive.core.keystore.errors import NothingToRotateTo
from incentive.core.keystore.masters import LocalMaster, MasterKey, masters_of
from incentive.core.keystore.schema import add_master
from incentive.core.keystore.store import blind_context, person_context
from incentive.core.schema import administrator

BATCH: Final = 500
_TABLES: Final[dict[str, tuple[str, Callable[[str, Any], bytes]]]] = {
    "person_keys": ("person_id", person_context),
    "blind_keys": ("version", blind_context),
}


@dataclass(frozen=True, slots=True)
class Master:
    """A master key as the key store knows it, and how many keys it wraps."""

    id: str
    current: bool
    retired: bool
    keys: int


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: from which master keys to which, and how many keys it wrapped anew."""

    former: tuple[str, ...]
    master: str
    keys: int


def known_masters(settings: Settings) -> list[Master]:
    """Return the master keys that the key store knows, the oldest first."""
    with administrator(settings.keys_admin_database_url) as connection:
        rows = connection.execute(
            text(
                "SELECT m.id, m.is_current, m.retired_at IS NOT NULL AS retired,"
                " (SELECT count(*) FROM public.person_keys k WHERE k.master_id = m.id)"
                " + (SELECT count(*) FROM public.blind_keys k WHERE k.master_id = m.id) AS keys"
                " FROM public.master_keys m ORDER BY m.created_at, m.id"
            )
        ).all()
        return [Master(row.id, row.is_current, row.retired, row.keys) for row in rows]


def rotate(
    settings: Settings,
    say: Callable[[int, int], None],
    record: Callable[[Rotated], None],
) -> Rotated:
    """Make a master key that is given and was never used the current one, and wrap all keys by it.

    `say` is told, after each batch, how many keys are done, of how many. Broken off, the next run
    goes on. When all is done `record` is called, and then the former master keys are retired.

    Raises:
        NothingToRotateTo: no other master key is given, and none is left to be replaced.
        MasterKeyMissing, MasterKeyWrong: a former one is not at hand; nothing is changed.
    """
    masters = {master.id: master for master in masters_of(settings)}
    with administrator(settings.keys_admin_database_url) as connection:
        check(connection, masters)
        new = _switch(connection, settings)
        former = tuple(
            connection.scalars(
                text(
                    "SELECT id FROM public.master_keys WHERE retired_at IS NULL AND id <> :new"
                    " ORDER BY created_at"
                ),
                {"new": new.id},
            )
        )
        total = sum(_count(connection, table, former) for table in _TABLES)
        done = 0
        for wrapped in _wrap_all(connection, [masters[one] for one in former], new):
            done += wrapped
            say(done, total)
        rotated = Rotated(former, new.id, done)
        record(rotated)
        connection.execute(
            text("UPDATE public.master_keys SET retired_at = now() WHERE id = ANY (:former)"),
            {"former": list(former)},
        )
        connection.commit()
    return rotated


def _switch(connection: Connection, settings: Settings) -> MasterKey:
    """Return the master key to wrap by, made the current one for every process from now on."""
    rows = connection.execute(text("SELECT id, is_current, retired_at FROM public.master_keys"))
    known = {row.id: row for row in rows}
    given = {master.id: master for master in map(LocalMaster, settings.master_keys)}
    fresh = [master for one, master in given.items() if one not in known]
    unfinished = any(row.retired_at is None and not row.is_current for row in known.values())
    current = next(one for one, row in known.items() if row.is_current)
    if unfinished:
        # Broken off before: first come to its end, whatever else is given.
        return next(master for master in masters_of(settings) if master.id == current)
    if not fresh:
        raise NothingToRotateTo
    # Waits for whoever is adding a key by the former one; nobody adds one by it after.
    connection.execute(text("UPDATE public.master_keys SET is_current = false WHERE is_current"))
    add_master(connection, fresh[0], current=True)
    connection.commit()
    return fresh[0]


def _count(connection: Connection, table: str, former: tuple[str, ...]) -> int:
    found = connection.scalar(
        text(f"SELECT count(*) FROM public.{table} WHERE master_id = ANY (:former)"),  # noqa: S608
        {"former": list(former)},
    )
    return int(found or 0)


def _wrap_all(connection: Connection, former: list[MasterKey], new: MasterKey) -> Iterator[int]:
    for table in _TABLES:
        for old in former:
            while wrapped := _wrap_some(connection, table, old, new):
                connection.commit()
                yield wrapped


def _wrap_some(connection: Connection, table: str, old: MasterKey, new: MasterKey) -> int:
    name, context = _TABLES[table]
    # Locked: a key that is destroyed meanwhile must not come back.
    rows = connection.execute(
        text(
            f"SELECT jurisdiction, {name} AS key, wrapped FROM public.{table}"  # noqa: S608
            f" WHERE master_id = :old ORDER BY jurisdiction, {name} LIMIT {BATCH} FOR UPDATE"
        ),
        {"old": old.id},
    ).all()
    if not rows:
        return 0

    def anew(row: Any) -> dict[str, Any]:
        purpose = context(row.jurisdiction, row.key)
        wrapped = new.wrap(old.unwrap(bytes(row.wrapped), purpose), purpose)
        return {"code": row.jurisdiction, "key": row.key, "wrapped": wrapped, "new": new.id}

    connection.execute(
        text(
            f"UPDATE public.{table} SET wrapped = :wrapped, master_id = :new"  # noqa: S608
            f" WHERE jurisdiction = :code AND {name} = :key"
        ),
        [anew(row) for row in rows],
    )
    return len(rows)
