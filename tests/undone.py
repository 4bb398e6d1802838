"""An application context in which everything works and nothing lasts."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from incentive.core.db import db


@contextmanager
def undone(app: Flask) -> Iterator[Flask]:
    """Open `app`'s context on one connection whose every commit is undone in the end."""
    with app.app_context():
        engine = db.engines[None]
        connection = engine.connect()
        outer = connection.begin()
        # A slow machine may let it lie between two requests for longer than a server would.
        connection.exec_driver_sql("SET idle_in_transaction_session_timeout = 0")
        db.engines[None] = connection
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield app
        finally:
            db.session.remove()
            outer.rollback()
            connection.close()
            db.engines[None] = engine
