"""A transaction on the driver itself, for the one use case that a queue at a door waits for.

`core.db.transaction` asks the server five times for a scan: to begin, to enter the schema,
for the facts, to write, to commit. Here it is asked twice: what opens the transaction
travels with the question, and what ends it with the order. No layer above the driver
looks at every value. About three times as many scans go through.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from sqlalchemy import Connection

from incentive.core.db import engine, jurisdiction, schema_of

Driver = psycopg.Connection[Any]
_WHOLE: Final = ("BEGIN", "COMMIT", "ROLLBACK")
# Within a transaction that a test undoes, a savepoint stands for one.
_PART: Final = ("SAVEPOINT wire", "RELEASE wire", "ROLLBACK TO wire; RELEASE wire")


class Wire:
    """One question and at most one order, together one transaction in the jurisdiction's schema.

    Values are quoted into the text by the driver: only so may several statements travel
    in one message, which every pooler passes on as it is.
    """

    def __init__(self, driver: Driver) -> None:
        self._cursor = psycopg.ClientCursor(driver, row_factory=tuple_row)
        whole = driver.info.transaction_status is TransactionStatus.IDLE
        self._begin, self._commit, self._rollback = _WHOLE if whole else _PART
        self._open = False

    def ask(self, query: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Open the transaction; return the one row of `query`, or `None`."""
        path = f'SET LOCAL search_path TO "{schema_of(jurisdiction())}", public'
        self._open = True
        self._cursor.execute(f"{self._begin}; {path}; {query}", values)
        return self._cursor.set_result(-1).fetchone()

    def order(self, command: str, values: Mapping[str, Any]) -> None:
        """Have `command` done and the transaction committed, or neither."""
        self._cursor.execute(f"{command}; {self._commit}", values)
        self._open = False

    def close(self) -> None:
        """Undo what was not committed."""
        if self._open:
            self._cursor.execute(self._rollback)


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
    # The driver is not to send a BEGIN of its own.
    driver.autocommit = True
    try:
        yield driver
    except psycopg.OperationalError:
        if driver.closed:
            # The server went away, and with it whatever else lies in the pool.
            pooled.invalidate()
            source.dispose()
        raise
    finally:
        if not driver.closed:
            driver.autocommit = False
        pooled.close()
