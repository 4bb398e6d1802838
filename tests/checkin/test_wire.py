"""One question and one order, together one transaction."""

import psycopg
import pytest
from sqlalchemy import text

from incentive.checkin.wire import wire
from incentive.core.db import db, transaction


def test_what_was_asked_is_undone_unless_an_order_follows(live):
    with live.app_context():
        with wire() as one:
            assert one.ask(
                "SELECT nextval('person_sequence') > 0, set_config('x.y', '1', true)", {}
            )
        with wire() as other:
            assert other.ask("SELECT coalesce(current_setting('x.y', true), '')", {}) == ("",)


def test_an_order_is_done_and_committed_in_the_jurisdictions_schema(live):
    with live.app_context():
        with wire() as one:
            assert one.ask("SELECT current_schema()", {}) == ("j_default",)
            one.order(
                "INSERT INTO idempotency_keys VALUES (%(a)s, 'k', '', 200, NULL, now())",
                {"a": "it's; DROP TABLE persons --"},
            )
        with transaction() as session:
            kept = session.scalar(text("SELECT caller FROM idempotency_keys"))
            assert kept == "it's; DROP TABLE persons --"


def test_an_order_that_fails_leaves_nothing_and_the_connection_usable(live):
    with live.app_context():
        with pytest.raises(psycopg.errors.UndefinedTable), wire() as one:
            one.ask("SELECT 1", {})
            one.order("INSERT INTO nowhere VALUES (1)", {})
        with wire() as one:
            assert one.ask("SELECT 2", {}) == (2,)
        assert db.engine.pool.checkedout() == 0


def test_a_server_that_went_away_is_found_again(live):
    with live.app_context():
        with pytest.raises(psycopg.OperationalError), wire() as one:
            one.ask("SELECT pg_terminate_backend(pg_backend_pid())", {})
        with wire() as one:
            assert one.ask("SELECT 2", {}) == (2,)


def test_the_driver_begins_transactions_by_itself_again_afterwards(live):
    with live.app_context():
        with wire() as one:
            one.ask("SELECT 1", {})
        with transaction() as session:
            raw = session.connection().connection.driver_connection
            assert raw.autocommit is False
