"""The key store's own database: made and migrated by the administrator's login to it."""

from typing import Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from incentive.config import Settings, beside
from incentive.core.db import sqlalchemy_url
from incentive.core.keystore.checking import check, is_missing
from incentive.core.keystore.errors import KeyStoreMissing
from incentive.core.keystore.masters import CHECK_CONTEXT, CHECK_TEXT, MasterKey, masters_of
from incentive.core.schema import APP_ROLE, KEEPER_ROLE, administrator, prepare_roles, upgrade

_ADD_MASTER: Final = (
    "INSERT INTO public.master_keys (id, check_value, is_current) VALUES (:id, :value, :current)"
    " ON CONFLICT DO NOTHING"
)


def migrate_keys(settings: Settings) -> None:
    """Bring the key store up to date; a first run makes it, with the first master key.

    Raises:
        KeyStoreMissing: its database is not there, and this login may not make it.
        MasterKeyMissing, MasterKeyWrong: keys are wrapped by another than is at hand.
    """
    _ensure_database(settings)
    masters = masters_of(settings)
    with administrator(settings.keys_admin_database_url) as connection:
        prepare_roles(connection)
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}, {KEEPER_ROLE}"))
        # PostgreSQL asks of the new owner that it may create there, at the moment of the change.
        connection.execute(text(f"GRANT CREATE ON SCHEMA public TO {KEEPER_ROLE}"))
        connection.commit()
        upgrade(connection, "public", "keys")
        connection.execute(text(f"REVOKE CREATE ON SCHEMA public FROM {KEEPER_ROLE}"))
        if not connection.scalar(text("SELECT 1 FROM public.master_keys LIMIT 1")):
            add_master(connection, masters[0], current=True)
        check(connection, {master.id: master for master in masters})
        connection.commit()


def add_master(connection: Connection, master: MasterKey, *, current: bool) -> None:
    """Have the key store know `master` by its id and check value."""
    value = master.wrap(CHECK_TEXT, CHECK_CONTEXT)
    row = {"id": master.id, "value": value, "current": current}
    connection.execute(text(_ADD_MASTER), row)


def _ensure_database(settings: Settings) -> None:
    engine = create_engine(sqlalchemy_url(settings.keys_admin_database_url), poolclass=NullPool)
    try:
        with engine.connect():
            return
    except OperationalError as error:
        own_server = settings.keys_admin_database_url == beside(settings.admin_database_url)
        if not (own_server and is_missing(error)):
            raise
    name = engine.dialect.identifier_preparer.quote(engine.url.database or "")
    books = create_engine(
        sqlalchemy_url(settings.admin_database_url),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    try:
        with books.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except ProgrammingError:
        raise KeyStoreMissing(
            f"its database is not there, and this login may not make it:"
            f" CREATE DATABASE {name} OWNER {engine.url.username}."
        ) from None
