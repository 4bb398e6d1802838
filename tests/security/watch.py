"""Watches what the database is told while attacks are tried: by statement, not by the clock."""

import re
from contextlib import contextmanager

import psycopg
from sqlalchemy import event, text

from incentive.checkin.wire import Wire
from incentive.core.db import db

MARK = "wz9k"
# Whatever text of an attack were run as SQL would call this, and break with a code of its own.
CALLED = "WZ9K0"
_LITERAL = re.compile(r"(?<![A-Za-z])[Ee]?'(?:[^']|'')*'")
# Syntax and names that are wrong (42), and our own: a value was read as SQL.
_TELLING = re.compile(r"42|WZ")
_OURS = {
    "42501",  # a privilege that the application lacks on purpose
}


def arm(connection):
    """Give the session the function that attacks try to call."""
    connection.execute(
        text(
            f"CREATE OR REPLACE FUNCTION pg_temp.{MARK}() RETURNS int LANGUAGE plpgsql AS"
            f" $f$ BEGIN RAISE EXCEPTION 'called' USING ERRCODE = '{CALLED}'; END $f$"
        )
    )


@contextmanager
def watched(monkeypatch):
    """Collect what shows that a text was taken for SQL."""
    found = []

    def statement(_connection, _cursor, sql, *_):
        if MARK in sql:
            found.append(f"in a statement: {sql[:200]}")

    def fault(context):
        state = getattr(context.original_exception, "sqlstate", None) or ""
        if _TELLING.match(state) and state not in _OURS:
            found.append(f"SQLSTATE {state}: {context.original_exception}")

    send = Wire._send

    def sent(self, sql):
        if MARK in _LITERAL.sub("''", sql):
            found.append(f"on the wire: {sql[:200]}")
        try:
            return send(self, sql)
        except psycopg.Error as error:
            if _TELLING.match(error.sqlstate or ""):
                found.append(f"SQLSTATE {error.sqlstate}: {error}")
            raise

    monkeypatch.setattr(Wire, "_send", sent)
    target = db.engines[None]
    # `handle_error` is an engine's own event, whichever connection a test works on.
    engine = getattr(target, "engine", target)
    event.listen(target, "before_cursor_execute", statement)
    event.listen(engine, "handle_error", fault)
    try:
        yield found
    finally:
        event.remove(target, "before_cursor_execute", statement)
        event.remove(engine, "handle_error", fault)
