"""Data keys: fetched for a page of persons at a time, and kept by nobody once it is made.

Every call is a short transaction of the key store's own, so a new key lies there before the
person does in the books, and a destroyed one is gone for every process from that moment.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from flask import Flask, current_app
from sqlalchemy import Engine, create_engine, text

from incentive.config import Settings, SettingsError
from incentive.core.db import sqlalchemy_url
from incentive.core.keystore import sealing
from incentive.core.keystore.checking import check
from incentive.core.keystore.errors import KeyDestroyed, KeysUnusable
from incentive.core.keystore.masters import CannotUnwrap, MasterKey, masters_of

# As many as the database gives out in one call.
KEYS_MAX: Final = 200
_CONNECTIONS: Final = 2
# Only a change of the current master key makes an attempt fail.
_ATTEMPTS: Final = 3
_log: Final = structlog.get_logger(__name__)


class KeyStore:
    """The key store at `url`, opened by `masters`."""

    def __init__(self, url: str, masters: Sequence[MasterKey]) -> None:
        self._masters = {master.id: master for master in masters}
        self._checked = False
        self._engine: Engine = create_engine(
            sqlalchemy_url(url),
            pool_size=_CONNECTIONS,
            max_overflow=4,
            pool_timeout=5,
            pool_use_lifo=True,
            hide_parameters=True,
            # Every call is one statement; between them nothing is open.
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": 3, "prepare_threshold": None},
        )

    def keys(self, code: str, person_ids: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        """Return the data keys of those persons of jurisdiction `code` who ever had one.

        None stands for a key that was destroyed.

        Raises:
            KeysUnusable: a master key is not at hand, or a wrapped key was changed.
        """
        wanted = sorted(set(person_ids))
        found: dict[UUID, bytes | None] = {}
        for first in range(0, len(wanted), KEYS_MAX):
            some = wanted[first : first + KEYS_MAX]
            for row in self._ask("person_keys_of(:code, :ids)", code=code, ids=some):
                context = person_context(code, row.person_id)
                found[row.person_id] = (
                    None
                    if row.wrapped is None
                    else self._unwrap(row.master_id, row.wrapped, context)
                )
        return found

    def make(self, code: str, person_ids: Collection[UUID]) -> Mapping[UUID, bytes]:
        """Return the data keys of all `person_ids`, made and kept now if they had none.

        Raises:
            KeyDestroyed: one was erased, who is never given another.
            KeysUnusable: as `keys`.
        """
        found = dict(self.keys(code, person_ids))
        fresh = sorted(set(person_ids) - found.keys())
        for first in range(0, len(fresh), KEYS_MAX):
            some = fresh[first : first + KEYS_MAX]
            made = [sealing.new_key() for _ in some]

            def wrapped(master: MasterKey, some: Sequence[UUID] = some, made: Any = made) -> Any:
                pairs = zip(some, made, strict=True)
                return [
                    master.wrap(key, person_context(code, person_id)) for person_id, key in pairs
                ]

            self._add("add_person_keys(:code, :master, :ids, :key)", wrapped, code=code, ids=some)
            # Read again: somebody else may have been first.
            found |= self.keys(code, some)
        keys = {person_id: key for person_id, key in found.items() if key is not None}
        if len(keys) < len(set(person_ids)):
            raise KeyDestroyed
        return keys

    def destroy(self, code: str, person_id: UUID) -> None:
        """Destroy a person's data key, at once and for good; again changes nothing."""
        self._ask("destroy_person_key(:code, :id)", code=code, id=person_id)

    def destroy_all(self, code: str, person_ids: Collection[UUID]) -> None:
        """Destroy the data keys of many persons, as `destroy`."""
        self._rows(
            "SELECT count(public.destroy_person_key(:code, each.id))"
            " FROM unnest(CAST(:ids AS uuid[])) AS each (id)",
            code=code,
            ids=sorted(set(person_ids)),
        )

    def holders(self, code: str, after: UUID | None, made_before: datetime) -> list[UUID]:
        """Return up to 1,000 ids, in order, of those who have a key made before then."""
        rows = self._ask(
            "key_holders(:code, CAST(:after AS uuid), :before)",
            code=code,
            after=after,
            before=made_before,
        )
        return [row.person_id for row in rows]

    def drop(self, code: str, person_ids: Collection[UUID], made_before: datetime) -> int:
        """Drop keys that are nobody's, made before then; return how many there were."""
        ids = sorted(person_ids)
        rows = self._ask(
            "drop_unused_keys(:code, :ids, :before)", code=code, ids=ids, before=made_before
        )
        return int(rows[0][0])

    def blind_key(self, code: str, version: int) -> bytes | None:
        """Return the key of the blind indexes of that version, or None if there is none."""
        rows = self._ask(
            "blind_key_of(:code, CAST(:number AS smallint))", code=code, number=version
        )
        if not rows or rows[0].wrapped is None:
            return None
        return self._unwrap(rows[0].master_id, rows[0].wrapped, blind_context(code, version))

    def make_blind_key(self, code: str, version: int) -> bytes:
        """Return the key of the blind indexes of that version, made and kept now if there is none.

        Raises:
            KeysUnusable: it was destroyed.
        """
        key = sealing.new_key()
        self._add(
            "add_blind_key(:code, CAST(:number AS smallint), :master, :key)",
            lambda master: master.wrap(key, blind_context(code, version)),
            code=code,
            number=version,
        )
        kept = self.blind_key(code, version)
        if kept is None:
            raise KeysUnusable
        return kept

    def destroy_blind_key(self, code: str, version: int) -> None:
        """Destroy the key of the blind indexes of that version."""
        self._ask("destroy_blind_key(:code, CAST(:number AS smallint))", code=code, number=version)

    def dispose(self) -> None:
        """Close the connections, before a process forks and after a test."""
        self._engine.dispose()

    def _add(self, call: str, wrapped: Callable[[MasterKey], Any], **values: Any) -> None:
        for _ in range(_ATTEMPTS):
            current = self._rows("SELECT id FROM master_keys WHERE is_current")
            master = self._masters.get(current[0].id) if current else None
            if master is None:
                _log.error("keys.current_master_missing", id=current[0].id if current else None)
                raise KeysUnusable
            if self._ask(call, master=master.id, key=wrapped(master), **values)[0][0]:
                return
        raise KeysUnusable

    def _unwrap(self, master_id: str, wrapped: bytes, context: bytes) -> bytes:
        master = self._masters.get(master_id)
        try:
            if master is not None:
                return master.unwrap(bytes(wrapped), context)
        except CannotUnwrap:
            master = None
        _log.error("keys.cannot_unwrap", master=master_id, key=context.decode())
        raise KeysUnusable

    def _ask(self, call: str, **values: Any) -> Sequence[Any]:
        if not self._checked:
            try:
                with self._engine.connect() as connection:
                    check(connection, self._masters)
            except SettingsError as error:
                _log.error("keys.unusable", reason=str(error))
                raise KeysUnusable from None
            self._checked = True
        # One of the calls above, never anybody's text.
        return self._rows(f"SELECT * FROM public.{call}", **values)  # noqa: S608

    def _rows(self, sql: str, **values: Any) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(text(sql), values).all()


def init_app(app: Flask) -> None:
    """Give `app` its key store; nothing is asked of it yet."""
    settings: Settings = app.config["SETTINGS"]
    app.extensions["keystore"] = KeyStore(settings.keys_database_url, masters_of(settings))


def keystore() -> KeyStore:
    """Return the key store of the running application."""
    found: KeyStore = current_app.extensions["keystore"]
    return found


def person_context(code: str, person_id: UUID) -> bytes:
    """Return what a person's key is wrapped for."""
    return f"incentive/person-key/1/{code}/{person_id}".encode()


def blind_context(code: str, version: int) -> bytes:
    """Return what a key of blind indexes is wrapped for."""
    return f"incentive/blind-key/1/{code}/{version}".encode()
