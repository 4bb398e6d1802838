"""The product's own PostgreSQL, durable and migrated, without the rest of the product."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import psycopg
from flask import Flask

from incentive.app import create_app
from incentive.config import Settings
from incentive.core.keystore.schema import migrate_keys
from incentive.core.schema import migrate
from incentive.embedded.servers import running

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True)
class Database:
    """Where it is: libpq URLs of the application's login and the administrator's, and its socket."""

    url: str
    admin_url: str
    sockets: str


@contextmanager
def migrated() -> Iterator[Database]:
    """Run the server on a fresh folder until the block ends; stop if a commit is not durable."""
    with tempfile.TemporaryDirectory(prefix="incentive-benchmark-") as folder:
        # PostgreSQL does not run as root, and its own user must get in here.
        Path(folder).chmod(0o755)
        with running(Path(folder), {}) as addresses:
            database = Database(addresses.database_url, addresses.admin_database_url, "")
            migrate_keys(_settings(database))
            migrate(addresses.admin_database_url)
            with psycopg.connect(addresses.admin_database_url, autocommit=True) as connection:
                connection.execute("GRANT incentive_app TO incentive")
                for name in DURABLE:
                    row = connection.execute(f"SHOW {name}").fetchone()
                    if row != ("on",):
                        raise SystemExit(f"{name} is {row}: the figure would be worth nothing")
            sockets = unquote(addresses.admin_database_url.partition("host=")[2])
            yield Database(addresses.database_url, addresses.admin_database_url, sockets)


def application(database: Database) -> Flask:
    """Return the application on `database`; nothing answers where its queue should be."""
    return create_app(_settings(database))


def _settings(database: Database) -> Settings:
    return Settings(
        database_url=database.url,
        admin_database_url=database.admin_url,
        redis_url="unix:///nonexistent/valkey.sock",
        secret=b"of a benchmark, of no worth anywhere",
    )
