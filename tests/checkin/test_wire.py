"""One question and one order, together one transaction."""

from datetime import UTC, date, datetime
from uuid import UUID

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


def test_every_kind_of_value_arrives_as_it_was(live):
    values = {
        "text": 'it\'s \\ "quoted" %(x)s – 社区',
        "none": None,
        "yes": True,
        "number": -7,
        "bytes": b"\x00'\\\xff",
        "id": UUID("00000000-0000-7000-8000-0000000000ff"),
        "at": datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC),
        "day": date(2026, 11, 22),
        "names": ["a'b", "c"],
    }
    query = (
        "SELECT %(text)s, %(none)s, %(yes)s, %(number)s, %(bytes)s::bytea, %(id)s::uuid,"
        " %(at)s::timestamptz, %(day)s::date, %(names)s"
    )
    with live.app_context(), wire() as one:
        assert one.ask(query, values) == tuple(values.values())


def test_a_text_that_would_cut_the_message_short_is_refused(live):
    with live.app_context(), pytest.raises(psycopg.DataError), wire() as one:
        one.ask("SELECT %(a)s", {"a": "x\x00'; DROP TABLE persons"})
