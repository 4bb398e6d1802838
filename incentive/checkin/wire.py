"""A transaction on the driver itself, for the one use case that a queue at a door waits for.

`core.db.transaction` asks the server five times for a scan: to begin, to enter the schema,
for the facts, to write, to commit. Here what need not wait for an answer travels
together (libpq's pipeline), which leaves two; and no layer above the driver looks at
every value. Twice as many scans go through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection

from incentive.core.db import engine, jurisdiction, schema_of

Driver = psycopg.Connection[Any]


@contextmanager
def wire() -> Iterator[Driver]:
    """Open a transaction in the jurisdiction's schema: commit at the end, roll back on any error."""
    with _driver() as driver, driver.pipeline(), driver.transaction():
        driver.execute(f'SET LOCAL search_path TO "{schema_of(jurisdiction())}", public')
        yield driver


@contextmanager
def _driver() -> Iterator[Driver]:
    source: Any = engine()
    # A test hands out one connection, so that all that it does can be undone.
    if isinstance(source, Connection):
        yield source.connection.driver_connection
        return
    pooled = source.raw_connection()
    try:
        yield pooled.driver_connection
    except psycopg.OperationalError:
        # The server may be gone, and the other connections of the pool with it.
        pooled.invalidate()
        raise
    finally:
        pooled.close()
