"""The database: one transaction per use case, in the schema of one jurisdiction.

The edge (an HTTP view, a job, a command) opens `transaction()`; everything below uses
`session()` and never commits. Opening sets `search_path` to the jurisdiction's schema for
that transaction only, so pooled connections (PgBouncer in transaction mode included)
carry nothing from one caller to the next.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, MetaData, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from incentive.config import Settings
from incentive.core import dropped  # noqa: F401 - listens to every pool

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,30}")
_jurisdiction: ContextVar[str | None] = ContextVar("jurisdiction", default=None)


class Base(DeclarativeBase):
    """Every table of a jurisdiction; no table names a schema."""

    metadata = MetaData(naming_convention=NAMING)


db: Final = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def init_app(app: Flask) -> None:
    """Give `app` its engine: a bounded pool that notices a restarted server by itself."""
    settings: Settings = app.config["SETTINGS"]
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(settings.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": settings.database_pool_size,
        "max_overflow": 4,
        "pool_timeout": 5,
        "pool_use_lifo": True,
        # Every borrower ends its own transaction; the pool need not ask for it again.
        "pool_reset_on_return": None,
        # An error that is logged must not carry what somebody told.
        "hide_parameters": True,
        "connect_args": {"connect_timeout": 3, "prepare_threshold": None},
    }
    db.init_app(app)


def sqlalchemy_url(libpq_url: str) -> str:
    """Return `libpq_url` with the driver that SQLAlchemy is to use."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", libpq_url)


def schema_of(code: str) -> str:
    """Return the schema that holds the books of jurisdiction `code`.

    Raises:
        ValueError: `code` is not a lower-case word of at most 31 letters, digits and `_`.
    """
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no jurisdiction code: use a-z, 0-9 and _, a letter first.")
    return f"j_{code}"


def jurisdiction() -> str:
    """Return the code of the jurisdiction in whose books this context works."""
    code = _jurisdiction.get()
    if code is None:
        settings: Settings = current_app.config["SETTINGS"]
        return settings.default_jurisdiction
    return code


@contextmanager
def use_jurisdiction(code: str) -> Iterator[None]:
    """Work in the books of jurisdiction `code` until the block ends."""
    schema_of(code)
    token = _jurisdiction.set(code)
    try:
        yield
    finally:
        _jurisdiction.reset(token)


def session() -> Session:
    """Return the session of the open transaction.

    Raises:
        RuntimeError: no transaction is open; only the edge may open one.
    """
    current: Session = db.session()
    if not current.info.get("open"):
        raise RuntimeError("No transaction is open: the edge opens one with transaction().")
    return current


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one transaction of a use case: commit at the end, roll back on any error.

    Callables given to `on_commit` run after the commit, in order; those given to `on_rollback`
    after a roll-back, which goes on to the caller whatever becomes of them.

    Raises:
        RuntimeError: a transaction is open already; use cases do not nest.
    """
    current: Session = db.session()
    if current.info.get("open"):
        raise RuntimeError("A transaction is open already: a use case has only one.")
    current.info["open"] = True
    callbacks: list[Callable[[], object]] = []
    undone: list[Callable[[], object]] = []
    current.info["on_commit"], current.info["on_rollback"] = callbacks, undone
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        _close(current)
        for callback in undone:
            with suppress(SQLAlchemyError):
                callback()
        raise
    finally:
        _close(current)
    for callback in callbacks:
        callback()


@contextmanager
def snapshot() -> Iterator[Session]:
    """Open a transaction that sees one moment of the books to its end, and writes nothing.

    What others commit meanwhile is not seen, so that figures read one after the other agree.
    """
    with transaction() as current:
        current.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        yield current


@contextmanager
def aside() -> Iterator[Session]:
    """Open a second, short transaction beside the open one: for progress that others see at once."""
    with Session(db.engine) as beside, beside.begin():
        yield beside


def on_commit(callback: Callable[[], object]) -> None:
    """Call `callback` once the open transaction is committed, and never if it is rolled back."""
    session().info["on_commit"].append(callback)


def on_rollback(callback: Callable[[], object]) -> None:
    """Call `callback` once the open transaction is rolled back, and never if it is committed."""
    session().info["on_rollback"].append(callback)


def _close(current: Session) -> None:
    current.info["open"] = False
    current.info["on_commit"], current.info["on_rollback"] = [], []


@event.listens_for(Session, "after_begin")
def _enter_schema(_session: Session, _transaction: object, connection: Any) -> None:
    connection.exec_driver_sql(f'SET LOCAL search_path TO "{schema_of(jurisdiction())}", public')


def engine() -> Engine:
    """Return the application's engine."""
    return db.engine
