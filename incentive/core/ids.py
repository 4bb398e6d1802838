"""Identifiers: UUIDv7, so that they sort by age and cannot be counted or guessed."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, case, cast, func
from uuid_utils.compat import uuid7

_UUID: Final = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def new_id() -> UUID:
    """Return a fresh UUIDv7; later ones sort after earlier ones."""
    return uuid7()


def id_of(key: Any, kind: str) -> ColumnElement[Any]:
    """Return, in SQL, the id in a key of that kind, as `station:<id>`; NULL in any other."""
    text = func.substr(key, len(kind) + 2)
    return case((key.op("~")(f"^{kind}:{_UUID}$"), cast(text, Uuid)))
