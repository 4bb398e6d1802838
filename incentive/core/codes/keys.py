"""The keys of one jurisdiction's codes, all derived from the installation's secret."""

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from incentive.core.codes.alphabet import LETTERS

KEY_BYTES = 32
TAG_BYTES = 4

# A purpose's version is raised to throw away every code of that purpose at once.
_CARD = "incentive/codes/card/1"
_SHIFT = "incentive/codes/shift/1"


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """Keys for member cards (Ed25519) and shift codes (HMAC-SHA-256).

    Make them once per jurisdiction and keep them: deriving costs more than checking a shift code.
    """

    jurisdiction: str
    card_key: Ed25519PrivateKey = field(repr=False)
    shift_key: bytes = field(repr=False)

    @classmethod
    def derive(cls, secret: bytes, jurisdiction: str) -> "CodeKeys":
        """Return the keys of `jurisdiction`; the same secret always gives the same keys."""
        return cls(
            jurisdiction=jurisdiction,
            card_key=Ed25519PrivateKey.from_private_bytes(_derive(secret, _CARD, jurisdiction)),
            shift_key=_derive(secret, _SHIFT, jurisdiction),
        )

    @property
    def card_public_key(self) -> Ed25519PublicKey:
        """The key that verifies cards; it may be given to anyone."""
        return self.card_key.public_key()


def jurisdiction_tag(jurisdiction: str) -> bytes:
    """Return 4 bytes that stand for the jurisdiction's code inside a card."""
    return hashlib.sha256(b"incentive/jurisdiction\0" + jurisdiction.encode()).digest()[:TAG_BYTES]


def jurisdiction_letter(jurisdiction: str) -> str:
    """Return 1 letter that stands for the jurisdiction inside a short code.

    Two jurisdictions in 32 share it; their codes then look forged to each other
    instead of foreign, and are refused just the same.
    """
    return LETTERS[jurisdiction_tag(jurisdiction)[0] >> 3]


def _derive(secret: bytes, purpose: str, jurisdiction: str) -> bytes:
    info = purpose.encode() + b"\0" + jurisdiction.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)
