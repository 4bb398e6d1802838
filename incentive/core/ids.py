"""Identifiers: UUIDv7, so that they sort by age and cannot be counted or guessed."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a fresh UUIDv7; later ones sort after earlier ones."""
    return uuid7()
