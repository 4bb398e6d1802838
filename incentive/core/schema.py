"""Roles, schemas and migrations: what the administrator's login prepares before anyone works.

Four roles: the administrator's (owns the schemas, used here only), `incentive_ledger` and
`incentive_keeper` (own the ledger and the key store, nobody logs in as them) and `incentive_app`
(a group with the application's rights; the login that the web and the workers use is a member
of it).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from incentive.config import Settings
from incentive.core.db import schema_of, sqlalchemy_url
from incentive.core.paths import migrations_dir

LEDGER_ROLE: Final = "incentive_ledger"
KEEPER_ROLE: Final = "incentive_keeper"
APP_ROLE: Final = "incentive_app"
_LOCK: Final = 0x494E_4345  # "INCE": one migrator at a time


def migrate(
    admin_url: str, default_code: str = "default", settings: Settings | None = None
) -> list[str]:
    """Bring the shared tables and every jurisdiction up to date; return their codes.

    A first run makes the jurisdiction `default_code`. Safe to repeat and to resume: each
    schema carries its own version, and each step is one transaction. `settings` have the keys
    that books with persons from before the key store need.
    """
    with administrator(admin_url) as connection:
        prepare_roles(connection)
        upgrade(connection, "public", "shared")
        codes = list(
            connection.scalars(text("SELECT code FROM public.jurisdictions ORDER BY code"))
        )
        connection.commit()
        if not codes:
            _register(connection, default_code, default_code)
            codes = [default_code]
        for code in codes:
            upgrade(connection, _prepare_schema(connection, code), "versions", settings)
    return codes


def create_jurisdiction(
    admin_url: str, code: str, name: str, host: str | None = None
) -> dict[str, str | None] | None:
    """Open the books of jurisdiction `code`, called `name`; again changes only name and host.

    Return its name and host until now, or None if it is new.

    Raises:
        ValueError: `code` cannot name a schema.
    """
    schema_of(code)
    with administrator(admin_url) as connection:
        prepare_roles(connection)
        upgrade(connection, "public", "shared")
        known = connection.execute(
            text("SELECT name, host FROM public.jurisdictions WHERE code = :code"), {"code": code}
        ).one_or_none()
        _register(connection, code, name, host)
        upgrade(connection, _prepare_schema(connection, code), "versions")
    return dict(known._mapping) if known else None  # noqa: SLF001 - SQLAlchemy's public name


@contextmanager
def administrator(admin_url: str) -> Iterator[Connection]:
    """Log in as the administrator, alone: a second one waits."""
    engine: Engine = create_engine(sqlalchemy_url(admin_url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()
    engine.dispose()


def prepare_roles(connection: Connection) -> None:
    """Make the roles that nobody logs in as, if the server does not have them."""
    for role in (LEDGER_ROLE, APP_ROLE, KEEPER_ROLE):
        known = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": role})
        if not known:
            connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
            # An administrator who is no superuser must be able to hand tables to the role.
            connection.execute(text(f"GRANT {role} TO CURRENT_USER"))
    connection.commit()


def _register(connection: Connection, code: str, name: str, host: str | None = None) -> None:
    connection.execute(
        text(
            "INSERT INTO public.jurisdictions (code, name, host) VALUES (:code, :name, :host)"
            " ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, host = EXCLUDED.host"
        ),
        {"code": code, "name": name, "host": host},
    )
    connection.commit()


def _prepare_schema(connection: Connection, code: str) -> str:
    schema = schema_of(code)
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    connection.execute(text(f'GRANT USAGE ON SCHEMA "{schema}" TO {APP_ROLE}, {LEDGER_ROLE}'))
    # New tables are the application's to use; a migration takes back what it must not touch.
    connection.execute(
        text(
            f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT SELECT, INSERT, UPDATE, DELETE'
            f" ON TABLES TO {APP_ROLE}"
        )
    )
    connection.execute(
        text(
            f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT USAGE ON SEQUENCES TO {APP_ROLE}'
        )
    )
    connection.commit()
    return schema


def upgrade(
    connection: Connection, schema: str, versions: str, settings: Settings | None = None
) -> None:
    """Run the steps in the folder `versions` that `schema` has not had."""
    config = alembic_config(connection, schema, versions)
    config.attributes["settings"] = settings
    command.upgrade(config, "head")
    connection.rollback()
    connection.execute(text(f'REVOKE ALL ON "{schema}".alembic_version FROM {APP_ROLE}'))
    connection.commit()


def alembic_config(connection: Connection, schema: str, versions: str = "versions") -> Config:
    """Return Alembic's configuration for one schema on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(migrations_dir()))
    config.set_main_option("version_locations", str(migrations_dir() / versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    return config
