"""A text under a person's own key, bound to whose it is and what: it opens nowhere else."""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12


class Unreadable(Exception):
    """This was sealed by another key, for another place, or was changed since."""


def new_key() -> bytes:
    """Return a fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, place: str, text: str) -> bytes:
    """Return `text` encrypted and authenticated; twice gives two different results.

    `place` says where it belongs, like `default/<person's id>/phone`.
    """
    return seal_bytes(key, place, text.encode())


def seal_bytes(key: bytes, place: str, plain: bytes) -> bytes:
    """Return `plain` as `seal` does a text."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _bound(place))


def unseal(key: bytes, place: str, sealed: bytes) -> str:
    """Return the text that was sealed for `place`.

    Raises:
        Unreadable: it was not, or not by this key.
    """
    try:
        return unseal_bytes(key, place, sealed).decode()
    except UnicodeDecodeError:
        raise Unreadable from None


def unseal_bytes(key: bytes, place: str, sealed: bytes) -> bytes:
    """Return what `seal_bytes` was given for `place`.

    Raises:
        Unreadable: it was not, or not by this key.
    """
    version, rest = sealed[:1], sealed[1:]
    if version != _VERSION:
        raise Unreadable
    try:
        nonce, box = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        return AESGCM(key).decrypt(nonce, box, _bound(place))
    except (InvalidTag, ValueError):
        raise Unreadable from None


def _bound(place: str) -> bytes:
    return _VERSION + b"incentive/" + place.encode()
