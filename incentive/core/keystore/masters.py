"""Master keys: they wrap the data keys, and are kept neither in the books nor in the key store."""

import secrets
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from incentive.config import Settings

_NONCE_BYTES: Final = 12
_ID_BYTES: Final = 6
# What every master key is tried on before anything is read or written by it.
CHECK_TEXT: Final = b"incentive master key check 1"
CHECK_CONTEXT: Final = b"incentive/master-check/1"


class CannotUnwrap(Exception):
    """This was wrapped by another master key, for something else, or was changed."""


class MasterKey(Protocol):
    """Wraps and unwraps short keys; a service that keeps the master key to itself can do it, too.

    `context` says what the wrapped key is for. The same must be given to unwrap it.
    """

    @property
    def id(self) -> str:
        """Return what the key store remembers it by: it says nothing about the key."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return `key`, wrapped."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key that was wrapped for `context`.

        Raises:
            CannotUnwrap: it was not wrapped by this one for that.
        """


class LocalMaster:
    """A master key of 32 bytes that this process holds; its id is drawn from the key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_derive(key, "wrap/1"))
        self.id = _derive(key, "id/1")[:_ID_BYTES].hex()

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return `key` encrypted and authenticated."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key that was wrapped for `context`."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
        except (InvalidTag, ValueError):
            raise CannotUnwrap from None


def masters_of(settings: Settings) -> tuple[MasterKey, ...]:
    """Return the master keys at hand: those given, and the one that the secret gives.

    The first is the one that an empty key store begins with; the others unwrap what is there.
    """
    given = [LocalMaster(key) for key in settings.master_keys]
    return (*given, LocalMaster(_derive(settings.secret, "of-secret/1")))


def _derive(key: bytes, purpose: str) -> bytes:
    info = f"incentive/master/{purpose}".encode()
    return HKDF(SHA256(), 32, salt=None, info=info).derive(key)
