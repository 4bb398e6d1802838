"""Identifying numbers at rest: sealed to be read back, blinded to be looked up.

Keys derive from the one secret of the installation, per purpose and jurisdiction.
"""

import hmac
import secrets
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES: Final = 12


class Vault:
    """Seals and blinds texts with keys derived from `secret` for one jurisdiction."""

    def __init__(self, secret: bytes, jurisdiction: str) -> None:
        self._seal = AESGCM(_derive(secret, f"seal/1/{jurisdiction}"))
        self._blind = _derive(secret, f"blind/1/{jurisdiction}")

    def seal(self, text: str) -> bytes:
        """Return `text` encrypted and authenticated; twice gives two different results."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """Return the text that `seal` was given.

        Raises:
            cryptography.exceptions.InvalidTag: it was changed, or sealed with another secret.
        """
        return self._seal.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()

    def blind(self, text: str) -> bytes:
        """Return 32 bytes that are equal for equal texts and say nothing else about them."""
        return hmac.digest(self._blind, text.encode(), "sha256")


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"incentive/{purpose}".encode()).derive(secret)
