"""A real migrated PostgreSQL for every test: each process has a server of its own.

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
from incentive.core import jurisdictions, limits
from incentive.core.db import db, sqlalchemy_url, transaction
from incentive.core.keystore.schema import migrate_keys
from incentive.core.keystore.store import keystore
from incentive.core.schema import create_jurisdiction, migrate
from tests import server as test_server
from tests.declared import declarations_hold
from tests.undone import undone

SECRET = b"a secret of the tests, of no worth anywhere"
TEMPLATE = "incentive_template"
BOOKS = "incentive_books"
MODULE = "incentive_module"
LIVE = "incentive_live"
LARGE = "incentive_large"
KEYS = "incentive_keys"


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
    """Start this process's servers, unless it only hands the tests out to workers."""
    if hasattr(config, "workerinput") or config.getoption("dist", "no") == "no":
        test_server.start()


def pytest_unconfigure() -> None:
    """Stop them with it."""
    test_server.stop()


@pytest.fixture(scope="session", autouse=True)
def _only_what_is_declared() -> Iterator[None]:
    """Let no address ask for a permission that it does not declare, in any test."""
    with declarations_hold():
        yield


@pytest.fixture(scope="session")
def server() -> str:
    """The administrator's URL of a server with a migrated template database and a key store.

    All databases share the key store: no two persons have an id in common.
    """
    admin_url = os.environ[test_server.ADMIN_URL]
    with _server(admin_url) as connection:
        connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
        connection.execute(text(f"CREATE DATABASE {KEYS}"))
        template = _database(admin_url, TEMPLATE)
        migrate_keys(_settings(admin_url, TEMPLATE))
        migrate(template)
        create_jurisdiction(template, "second", "第二")
        connection.execute(text("GRANT incentive_app TO incentive"))
    return admin_url


@contextmanager
def _clone(admin_url: str, name: str) -> Iterator[Settings]:
    with _server(admin_url) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    yield _settings(admin_url, name)
    with _server(admin_url) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _settings(admin_url: str, name: str) -> Settings:
    own, keys = _database(admin_url, name), _database(admin_url, KEYS)
    return Settings(
        database_url=own.replace("//postgres@", "//incentive@", 1),
        admin_database_url=own,
        keys_database_url=keys.replace("//postgres@", "//incentive@", 1),
        keys_admin_database_url=keys,
        redis_url="unix:///nonexistent/valkey.sock",
        secret=SECRET,
        sms=f"file:{os.devnull}",
    )


def _application(settings: Settings) -> Flask:
    app = create_app(settings)
    app.testing = True
    app.test_client_class = _Client
    return app


@pytest.fixture(scope="session")
def app(server: str) -> Iterator[Flask]:
    """The application on this process's own database."""
    with _clone(server, BOOKS) as settings:
        app = _application(settings)
        yield app
        with app.app_context():
            db.engine.dispose()
            keystore().dispose()


@pytest.fixture
def books(app: Flask) -> Iterator[Flask]:
    """An application context whose every commit is undone when the test ends."""
    limits.init_app(app)
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


@pytest.fixture(scope="session")
def live_app(server: str) -> Flask:
    """The application of `live`, made once: making it costs as much as a test."""
    return _application(_settings(server, LIVE))


@pytest.fixture
def live(server: str, live_app: Flask) -> Iterator[Flask]:
    """An application on a fresh database of its own, where everything really commits."""
    with _clone(server, LIVE) as settings:
        # What the test before may have changed, counted or remembered.
        live_app.config["SETTINGS"] = settings
        live_app.extensions["jurisdictions"] = jurisdictions.Directory()
        limits.init_app(live_app)
        yield live_app
        with live_app.app_context():
            db.engine.dispose()
            keystore().dispose()


@pytest.fixture(scope="module")
def large_books(server: str) -> Iterator[Flask]:
    """An application on a fresh database that a module fills once and then mostly reads."""
    with _clone(server, LARGE) as settings:
        app = _application(settings)
        yield app
        with app.app_context():
            db.engine.dispose()
            keystore().dispose()


@pytest.fixture(scope="module")
def own_books(server: str) -> Iterator[Flask]:
    """An application on a fresh database for a whole module, where everything really commits."""
    with _clone(server, MODULE) as settings:
        app = _application(settings)
        yield app
        with app.app_context():
            db.engine.dispose()
            keystore().dispose()


@pytest.fixture
def client(books: Flask):
    """An HTTP client on the rolled-back books."""
    return books.test_client()
