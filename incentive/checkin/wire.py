"""A transaction on the driver itself, for the one use case that a queue at a door waits for.

`core.db.transaction` asks the server five times for a scan: to begin, to enter the schema,
for the facts, to write, to commit. Here it is asked twice: what opens the transaction
travels with the question, and what ends it with the order. No layer above the driver
looks at every value. About three times as many scans go through.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from sqlalchemy import Connection

from incentive.core.db import engine, jurisdiction, schema_of

Driver = psycopg.Connection[Any]
_WHOLE: Final = ("BEGIN", "COMMIT", "ROLLBACK")
# Within a transaction that a test undoes, a savepoint stands for one.
_PART: Final = ("SAVEPOINT wire", "RELEASE wire", "ROLLBACK TO wire; RELEASE wire")
_DONE: Final = frozenset({pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK})
_LITERALS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "NULL",
    bool: lambda value: "true" if value else "false",
    int: str,
    UUID: lambda value: f"'{value}'",
    datetime: lambda value: f"'{value}'",
    date: lambda value: f"'{value}'",
    bytes: lambda value: f"'\\x{value.hex()}'",
}


class Wire:
    """One question and at most one order, together one transaction in the jurisdiction's schema.

    Values are quoted into the text: only so may several statements travel in one message,
    which every pooler passes on as it is.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._escaping = pq.Escaping(driver.pgconn)
        whole = driver.info.transaction_status is pq.TransactionStatus.IDLE
        self._begin, self._commit, self._rollback = _WHOLE if whole else _PART
        self._open = False

    def ask(self, query: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Open the transaction; return the one row of `query`, or `None`."""
        path = f'SET LOCAL search_path TO "{schema_of(jurisdiction())}", public'
        self._open = True
        result = self._send(f"{self._begin}; {path}; {self._filled(query, values)}")
        if not result.ntuples:
            return None
        reader = Transformer(self._driver)
        reader.set_pgresult(result)
        return reader.load_row(0, tuple)

    def order(self, command: str, values: Mapping[str, Any]) -> None:
        """Have `command` done and the transaction committed, or neither."""
        self._send(f"{self._filled(command, values)}; {self._commit}")
        self._open = False

    def close(self) -> None:
        """Undo what was not committed."""
        if self._open:
            self._send(self._rollback)

    def _send(self, text: str) -> pq.abc.PGresult:
        # Straight to libpq, which waits without the interpreter's lock: the driver's own way
        # through cursors and generators took a fifth of a scan's time in Python.
        result = self._driver.pgconn.exec_(text.encode())
        if self._driver.closed:
            raise psycopg.OperationalError("the connection is lost")
        if result.status not in _DONE:
            raise error_from_result(result, encoding="utf-8")
        return result

    def _filled(self, query: str, values: Mapping[str, Any]) -> str:
        return query % {name: self._literal(value) for name, value in values.items()}

    def _literal(self, value: Any) -> str:
        """Return `value` as SQL; the function that it is given to says of what type it is."""
        if isinstance(value, str):
            if "\0" in value:  # libpq would cut the text there and say nothing
                raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
            return bytes(self._escaping.escape_literal(value.encode())).decode()
        if isinstance(value, list):
            return f"ARRAY[{','.join(map(self._literal, value))}]::text[]"
        return _LITERALS[type(value)](value)


@contextmanager
def wire() -> Iterator[Wire]:
    """Hand out a wire, and undo at the end what was not committed by then."""
    with _driver() as driver:
        one = Wire(driver)
        try:
            yield one
        finally:
            if not driver.closed:
                one.close()


@contextmanager
def _driver() -> Iterator[Driver]:
    source: Any = engine()
    # A test hands out one connection, so that all that it does can be undone.
    if isinstance(source, Connection):
        nested: Any = source.connection.driver_connection
        yield nested
        return
    pooled = source.raw_connection()
    driver = pooled.driver_connection
    try:
        yield driver
    except psycopg.OperationalError:
        if driver.closed:
            # The server went away, and with it whatever else lies in the pool.
            pooled.invalidate()
            source.dispose()
        raise
    finally:
        pooled.close()
