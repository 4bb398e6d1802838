"""The keys that sign checkpoints: made on first need, changed with an overlap, kept for ever."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incentive.core.db import jurisdiction
from incentive.core.keys import key_vault
from incentive.ledger import notes, seal_queries
from incentive.ledger.seal_errors import SealKeyUnreadable
from incentive.ledger.seal_models import SealKey

OVERLAP: Final = timedelta(days=30)
_ORIGIN_BYTES: Final = 6


def signers(at: datetime) -> list[notes.Signer]:
    """Return who signs at `at`, the current key first; the first call makes the first key.

    Raises:
        SealKeyUnreadable: a key was wrapped with another secret than the installation's.
    """
    found = seal_queries.signing_keys(at)
    if not found:
        _add(_new_origin(), at, at)
        found = seal_queries.signing_keys(at)
    return [notes.Signer(key.name, _unwrap(key)) for key in found]


def rotate(at: datetime, overlap: timedelta = OVERLAP) -> SealKey:
    """Make a new key that signs from now on; the present one signs beside it for `overlap`.

    With no overlap at all the present key need not be readable any more.
    """
    present = seal_queries.all_keys()
    _add(present[0].name if present else _new_origin(), at, at + overlap)
    return seal_queries.current_key()


def all_keys() -> Sequence[SealKey]:
    """Return every key that ever signed, the latest first."""
    return seal_queries.all_keys()


def public_keys() -> dict[bytes, bytes]:
    """Return the public keys by the ids that notes name them by."""
    return {bytes.fromhex(key.id): bytes(key.public_key) for key in all_keys()}


def _new_origin() -> str:
    """Return a name for this log that no other installation has."""
    return f"incentive/{jurisdiction()}/{secrets.token_hex(_ORIGIN_BYTES)}"


def _add(name: str, at: datetime, until: datetime) -> None:
    # A checkpoint's time has no fractions either, and is not to be before its key's.
    at, until = at.replace(microsecond=0), until.replace(microsecond=0)
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    wrapped = key_vault().seal(private.private_bytes_raw().hex())
    seal_queries.add_key(notes.key_id(name, public).hex(), name, public, wrapped, at, until)


def _unwrap(key: SealKey) -> Ed25519PrivateKey:
    try:
        raw = bytes.fromhex(key_vault().open(bytes(key.private_key or b"")))
    except (InvalidTag, ValueError):
        raise SealKeyUnreadable(key.id) from None
    return Ed25519PrivateKey.from_private_bytes(raw)
