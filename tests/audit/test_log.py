"""The audit log takes new rows, of which the database itself says when, and nothing else."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from incentive.audit import service as audit
from incentive.audit.models import AuditEntry
from incentive.core.db import session, sqlalchemy_url, transaction

DENIED = "42501"
ROW = "INSERT INTO audit_entries (actor, action, subject{more}) VALUES ('a', 'b', 'c'{values})"
CHANGES = (
    "UPDATE audit_entries SET actor = 'somebody else'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
)


def refusal(statement):
    with pytest.raises(DBAPIError) as refused, session().begin_nested():
        session().execute(text(statement))
    return refused.value.orig.sqlstate


def test_a_record_says_what_was_done_and_the_database_says_when(tx):
    audit.record(
        "station.change",
        actor="person:1",
        role="administrator",
        scope="region:53",
        origin="192.0.2.7",
        subject="station:1",
        before={"since": date(2026, 1, 1)},
        after={"since": None, "by": UUID(int=7)},
        reason="moved",
    )
    (row,) = session().query(AuditEntry).all()
    assert (row.before, row.after) == (
        {"since": "2026-01-01"},
        {"since": None, "by": "00000000-0000-0000-0000-000000000007"},
    )
    assert row.at.tzinfo is not None
    assert len(row.salt) == 16
    assert str(row.xid) == session().scalar(text("SELECT pg_current_xact_id()::text"))


def test_what_changed_nothing_is_no_act(tx):
    audit.record("item.change", actor="a", subject="s", before={"x": 1}, after={"x": 1})
    assert session().query(AuditEntry).count() == 0


@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_cannot_change_the_log(tx, statement):
    assert refusal(statement) == DENIED


@pytest.mark.parametrize(
    ("column", "value"),
    [("id", "7"), ("at", "'2020-01-01'"), ("xid", "'3'"), ("salt", "'x'"), ("place", "'region:1'")],
)
def test_the_application_cannot_say_when_or_under_which_number(tx, column, value):
    # the last is a column that nobody may write
    statement = ROW.format(more=f", {column}", values=f", {value}")
    assert refusal(statement) in {DENIED, "428C9"}


def test_the_application_cannot_switch_the_triggers_off(tx):
    assert refusal("ALTER TABLE audit_entries DISABLE TRIGGER ALL") == DENIED


@pytest.mark.parametrize("statement", CHANGES)
def test_even_the_administrator_is_refused_by_the_triggers(live, statement):
    with live.app_context(), transaction():
        audit.record("role.grant", actor="a", subject="s")
    settings = live.config["SETTINGS"]
    engine = create_engine(sqlalchemy_url(settings.admin_database_url), poolclass=NullPool)
    with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text("SET search_path TO j_default"))
        connection.execute(text(statement))
    assert refused.value.orig.sqlstate == "LG009"


def test_an_act_that_is_rolled_back_leaves_no_record(live):
    class Undone(Exception):
        pass

    with live.app_context():
        with pytest.raises(Undone), transaction():
            audit.record("role.grant", actor="a", subject="s")
            raise Undone
        with transaction():
            assert session().query(AuditEntry).count() == 0
