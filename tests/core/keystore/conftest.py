from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core.db import sqlalchemy_url
from incentive.core.keystore.masters import masters_of
from incentive.core.keystore.schema import migrate_keys
from incentive.core.keystore.store import KeyStore
from tests.conftest import _database, _server, _settings

NAME = "incentive_own_keys"
FIRST, SECOND = b"1" * 32, b"2" * 32


@pytest.fixture
def settings(server):
    """Settings with one master key and a key store of the test's own, migrated."""
    with _server(server) as connection:
        connection.execute(text(f"CREATE DATABASE {NAME}"))
    keys = _database(server, NAME)
    own = replace(
        _settings(server, "incentive_nowhere"),
        keys_database_url=keys.replace("//postgres@", "//incentive@", 1),
        keys_admin_database_url=keys,
        master_keys=(FIRST,),
    )
    migrate_keys(own)
    yield own
    with _server(server) as connection:
        connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))


@pytest.fixture
def store(settings):
    """The key store, opened as the application opens it."""
    opened = KeyStore(settings.keys_database_url, masters_of(settings))
    yield opened
    opened.dispose()


@pytest.fixture
def admin(settings):
    """A connection of the administrator's to the key store."""
    engine = create_engine(
        sqlalchemy_url(settings.keys_admin_database_url),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        yield connection
