"""A real migrated PostgreSQL for every test: one server per run, one database per process.

`books` gives a test an application context whose work is rolled back at the end; `live`
gives a database of its own, where everything commits, for races and for the HTTP surface
under real connections.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.app import create_app
from incentive.config import Settings
from incentive.core.db import db, sqlalchemy_url, transaction
from incentive.core.schema import create_jurisdiction, migrate
from tests import server as test_server
from tests.undone import undone

SECRET = b"a secret of the tests, of no worth anywhere"
TEMPLATE = "incentive_template"


class _Undone(Exception):
    pass


def _database(url: str, name: str) -> str:
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


class _Client(FlaskClient):
    """Forgets the caller between requests, which all run in the test's one context."""

    def open(self, *args, **kwargs):
        if has_app_context():
            g.pop("caller", None)
        return super().open(*args, **kwargs)


@contextmanager
def _server(admin_url: str) -> Iterator[object]:
    engine = create_engine(
        sqlalchemy_url(admin_url), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def pytest_configure(config: pytest.Config) -> None:
    """Start the run's servers in the first process, before it starts workers."""
    if not hasattr(config, "workerinput"):
        test_server.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop them with it."""
    if not hasattr(config, "workerinput"):
        test_server.stop()


@pytest.fixture(scope="session")
def server() -> str:
    """The administrator's URL of a server that holds a migrated template database."""
    admin_url = os.environ[test_server.ADMIN_URL]
    with _server(admin_url) as connection:
        # The first process makes the template; the others wait for its lock.
        connection.execute(text("SELECT pg_advisory_lock(1)"))
        if not connection.scalar(
            text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": TEMPLATE}
        ):
            making = f"{TEMPLATE}_making"
            connection.execute(text(f"DROP DATABASE IF EXISTS {making}"))
            connection.execute(text(f"CREATE DATABASE {making}"))
            migrate(_database(admin_url, making))
            create_jurisdiction(_database(admin_url, making), "second", "第二")
            if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = 'incentive'")):
                connection.execute(text("CREATE ROLE incentive LOGIN"))
            connection.execute(text("GRANT incentive_app TO incentive"))
            connection.execute(text(f"ALTER DATABASE {making} RENAME TO {TEMPLATE}"))
    return admin_url


@contextmanager
def _clone(admin_url: str, name: str) -> Iterator[Settings]:
    with _server(admin_url) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    own = _database(admin_url, name)
    yield Settings(
        database_url=own.replace("//postgres@", "//incentive@", 1),
        admin_database_url=own,
        redis_url="unix:///nonexistent/valkey.sock",
        secret=SECRET,
    )
    with _server(admin_url) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _application(settings: Settings) -> Flask:
    app = create_app(settings)
    app.testing = True
    app.test_client_class = _Client
    return app


@pytest.fixture(scope="session")
def app(server: str) -> Iterator[Flask]:
    """The application on this process's own database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with _clone(server, f"incentive_{worker}") as settings:
        app = _application(settings)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def books(app: Flask) -> Iterator[Flask]:
    """An application context whose every commit is undone when the test ends."""
    with undone(app):
        yield app


@pytest.fixture
def tx(books: Flask) -> Iterator[object]:
    """An open transaction, for tests of services: rolled back in the end."""
    try:
        with transaction() as session:
            yield session
            raise _Undone  # noqa: TRY301
    except _Undone:
        pass


@pytest.fixture
def live(server: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application on a fresh database of its own, where everything really commits."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with _clone(server, f"incentive_live_{worker}") as settings:
        app = _application(settings)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def client(books: Flask):
    """An HTTP client on the rolled-back books."""
    return books.test_client()
