"""A restarted database costs nobody a request whose connection lay idle meanwhile."""

from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine, text

from incentive.core.db import db, session, sqlalchemy_url, transaction


def backend(connection):
    return connection.scalar(text("SELECT pg_backend_pid()"))


@pytest.fixture
def idle(live):
    """The backends of three connections that lie in the pool."""
    with live.app_context(), ExitStack() as held:
        backends = [backend(held.enter_context(db.engine.connect())) for _ in range(3)]
        held.close()
        yield backends


def drop(app, backends):
    other = create_engine(sqlalchemy_url(app.config["SETTINGS"].admin_database_url))
    with other.connect() as connection:
        for one in backends:
            connection.execute(text("SELECT pg_terminate_backend(:one, 5000)"), {"one": one})
    other.dispose()


def use_all():
    with ExitStack() as held:
        return [backend(held.enter_context(db.engine.connect())) for _ in range(3)]


def test_whoever_comes_after_a_restart_gets_a_new_connection_and_no_error(live, idle):
    drop(live, idle)
    with transaction():
        assert session().scalar(text("SELECT 1")) == 1
    assert not set(idle) & set(use_all())


def test_a_connection_that_lives_is_used_again(live, idle):
    assert set(use_all()) == set(idle)
