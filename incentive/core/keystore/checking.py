"""Whether the master keys at hand are those of the key store: asked before anything else is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from incentive.config import Settings
from incentive.core.db import sqlalchemy_url
from incentive.core.keystore.errors import KeyStoreMissing, MasterKeyMissing, MasterKeyWrong
from incentive.core.keystore.masters import (
    CHECK_CONTEXT,
    CHECK_TEXT,
    CannotUnwrap,
    MasterKey,
    masters_of,
)

_NEEDED: Final = "SELECT id, check_value FROM public.master_keys WHERE retired_at IS NULL"
_NO_DATABASE: Final = "3D000"


def check_at_start(settings: Settings) -> None:
    """Let no process start with a master key that is missing or wrong.

    A key store that cannot be reached is no reason to stay down: each request tries again.

    Raises:
        MasterKeyMissing, MasterKeyWrong, KeyStoreMissing: one line that says what to do.
    """
    engine = create_engine(
        sqlalchemy_url(settings.keys_database_url),
        poolclass=NullPool,
        connect_args={"connect_timeout": 3},
    )
    try:
        with engine.connect() as connection:
            check(connection, {master.id: master for master in masters_of(settings)})
    except OperationalError as error:
        if is_missing(error):
            name = engine.url.database
            raise KeyStoreMissing(f"there is no database {name} on its server.") from None


def check(connection: Connection, masters: Mapping[str, MasterKey]) -> None:
    """Compare `masters` with those by which keys in the store are wrapped.

    Raises:
        As `check_at_start`.
    """
    try:
        needed: Sequence[Any] = connection.execute(text(_NEEDED)).all()
    except OperationalError:
        raise
    except DBAPIError:
        raise KeyStoreMissing("it has no tables yet, or they are closed to this login.") from None
    if not needed:
        raise KeyStoreMissing("no master key is known to it yet.")
    for row in needed:
        master = masters.get(row.id)
        if master is None:
            raise MasterKeyMissing(row.id, sorted(masters))
        try:
            right = master.unwrap(bytes(row.check_value), CHECK_CONTEXT) == CHECK_TEXT
        except CannotUnwrap:
            right = False
        if not right:
            raise MasterKeyWrong(row.id)


def is_missing(error: OperationalError) -> bool:
    """Say whether the server answered that it has no such database."""
    said = str(error.orig)
    return getattr(error.orig, "sqlstate", None) == _NO_DATABASE or "does not exist" in said
