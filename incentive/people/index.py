"""Blind indexes: finding a person by what is known already, without keeping it in clear.

The key of a version lies in the key store and is worth nothing for reading; it may be kept by a
process, for no erasure depends on it. While persons are re-blinded two versions are in use.
"""

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from flask import current_app

from incentive.core.db import jurisdiction
from incentive.core.keystore.errors import KeysUnusable
from incentive.core.keystore.store import keystore
from incentive.people import index_queries as queries
from incentive.people.index_queries import Version

FIELDS: Final = ("name", "phone", "id_number")
_CHECKED: Final = b"incentive blind index 1"
_log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Index:
    """The keys in use, the current one first."""

    version: int
    keys: tuple[bytes, ...]

    def blind(self, field: str, value: str) -> bytes:
        """Return what `value` of `field` is kept as: 32 bytes that say nothing about it."""
        return _blind(self.keys[0], field, value)

    def all(self, field: str, value: str) -> list[bytes]:
        """Return all that `value` of `field` may still be kept as."""
        return [_blind(key, field, value) for key in self.keys]

    def older(self, field: str, value: str) -> list[bytes]:
        """Return what `value` may be kept as besides `blind`."""
        return self.all(field, value)[1:]


def reading() -> Index:
    """Return the index to look persons up by. Needs an open transaction.

    Raises:
        KeysUnusable: the key store has not the key that these books were blinded by.
    """
    return _index(queries.versions())


def writing() -> Index:
    """Return the index to enter or change persons by; the version stays until the end."""
    if any(version.key_check is None for version in queries.versions()):
        _make_keys()
    else:
        queries.hold_versions()
    return _index(queries.versions())


def _make_keys() -> None:
    # The first person of these books, or of a version: the key is made now, and remembered.
    queries.lock_versions()
    for version in queries.versions():
        if version.key_check is None:
            key = keystore().make_blind_key(jurisdiction(), version.version)
            queries.set_check(version.version, check_of(key))


def _index(versions: Sequence[Version]) -> Index:
    # A version without a key has blinded nobody yet.
    used = [(v.version, v.key_check) for v in versions if v.key_check is not None]
    return Index(used[0][0] if used else 1, tuple(_key(*version) for version in used))


def _key(version: int, check: bytes) -> bytes:
    kept: dict[tuple[str, int, bytes], bytes] = current_app.extensions.setdefault("blind_keys", {})
    code = jurisdiction()
    if (code, version, check) not in kept:
        key = keystore().blind_key(code, version)
        if key is None or not hmac.compare_digest(check_of(key), check):
            _log.error("keys.not_of_these_books", jurisdiction=code, version=version)
            raise KeysUnusable
        kept[code, version, check] = key
    return kept[code, version, check]


def check_of(key: bytes) -> bytes:
    """Return what tells a key of blind indexes from any other, and says nothing else about it."""
    return hmac.digest(key, _CHECKED, "sha256")


def plain(field: str, value: str) -> str:
    """Return `value` in the one form in which it is blinded."""
    if field == "name":
        return "".join(unicodedata.normalize("NFKC", value).casefold().split())
    return value


def _blind(key: bytes, field: str, value: str) -> bytes:
    return hmac.digest(key, f"{field}/{plain(field, value)}".encode(), "sha256")
