"""Books from before the key store: what stands in them in clear is sealed by the migration."""

from uuid import uuid4

import psycopg
import pytest
from alembic import command
from sqlalchemy import text

from incentive.app import create_app
from incentive.core import clock, idempotency, schema
from incentive.core.crypto import Vault
from incentive.core.db import db, transaction
from incentive.core.keystore.store import KeyStore, keystore
from incentive.people import index, personal, queries
from tests.conftest import SECRET, _database, _server, _settings

NAME = "incentive_former"
BEFORE = "0037_device_pairings"
PEOPLE = 700


@pytest.fixture
def former(server):
    """Settings of books as they were before, with persons in them."""
    with _server(server) as connection:
        connection.execute(text(f"CREATE DATABASE {NAME}"))
    url = _database(server, NAME)
    with schema.administrator(url) as connection:
        schema.prepare_roles(connection)
        schema.upgrade(connection, "public", "shared")
        schema._register(connection, "default", "default")
        books = schema._prepare_schema(connection, "default")
        command.upgrade(schema.alembic_config(connection, books), BEFORE)
    vault = Vault(SECRET, "default")
    with psycopg.connect(url) as connection:
        connection.cursor().executemany(
            "INSERT INTO j_default.persons (id, volunteer_number, name, birth_month, phone_sealed,"
            " phone_blind, card_serial, status, created_at)"
            " VALUES (%s, %s, %s, '1990-01', %s, %s, 1, 'active', now())",
            [
                (uuid4(), f"N{n}", f"张{n}", vault.seal(phone(n)), vault.blind(f"phone/{phone(n)}"))
                for n in range(PEOPLE)
            ],
        )
        connection.execute(
            "INSERT INTO j_default.idempotency_keys VALUES (%s, %s, %s, 201, %s, now())",
            ["anyone", "a-key-of-before", b"hash", '{"name": "张一"}'],
        )
    yield _settings(server, NAME)
    with _server(server) as connection:
        connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))


def phone(n):
    return f"+86138{n:08}"


def assert_all_are_readable(settings):
    app = create_app(settings)
    with app.app_context():
        with transaction():
            for n in (0, 1, PEOPLE - 1):
                row = queries.person_with_password(index.reading().all("phone", phone(n)))
                known = personal.one(row[0].id, "name", "phone", "birth_month")
                assert (known.name, known.phone) == (f"张{n}", phone(n))
                assert known.birth_month == "1990-01"
            # An answer kept in clear is sealed, and its retry still gets it.
            again = idempotency.claim("anyone", "a-key-of-before", b"hash", clock.now())
            assert again == idempotency.Answer(201, {"name": "张一"})
        db.engine.dispose()
        keystore().dispose()


def test_books_at_the_revision_before_come_through_with_everybody_in_them(former):
    assert schema.migrate(former.admin_database_url, settings=former) == ["default"]
    assert_all_are_readable(former)


def test_a_migration_broken_off_in_the_middle_leaves_the_books_and_is_taken_up(former, monkeypatch):
    make, calls = KeyStore.make, []

    def dies(self, code, ids):
        calls.append(ids)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return make(self, code, ids)

    monkeypatch.setattr(KeyStore, "make", dies)
    with pytest.raises(KeyboardInterrupt):
        schema.migrate(former.admin_database_url, settings=former)
    with psycopg.connect(former.admin_database_url) as connection:
        count = connection.execute("SELECT count(name) FROM j_default.persons").fetchone()
    assert count == (PEOPLE,)
    monkeypatch.undo()
    schema.migrate(former.admin_database_url, settings=former)
    assert_all_are_readable(former)


def test_persons_are_not_sealed_without_the_keys(former):
    with pytest.raises(RuntimeError, match="incentive migrate"):
        schema.migrate(former.admin_database_url)
