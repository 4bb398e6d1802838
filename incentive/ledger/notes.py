"""Checkpoints as signed notes: the text forms of C2SP's signed-note and tlog-checkpoint.

A note is a text, an empty line, and one line per signature, which names the key. The text of a
checkpoint is: the origin (which log), how many leaves, their root in base64, and the time.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = b"\x01"
KEY_ID_BYTES: Final = 4
DASH: Final = "\u2014 "
_GAP: Final = "\n\n"


class BadNote(Exception):
    """A note cannot be read, or a signature that should hold does not; the text says which."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first `size` leaves of the log `origin` have this root; said at `at`, to the second."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """Return the text that is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\n{_instant(self.at)}\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and the private key that signs under it."""

    name: str
    key: Ed25519PrivateKey

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which its signatures name the key."""
        return key_id(self.name, self.key.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """Return the line that signs `text`."""
        signature = self.key_id + self.key.sign(text.encode())
        return f"{DASH}{self.name} {base64.b64encode(signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: by which key, and the 64 bytes."""

    name: str
    key_id: bytes
    signature: bytes


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the 4 bytes by which a note names an Ed25519 key."""
    return sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, public_key: bytes) -> str:
    """Return the key as one line for whoever verifies: name+id+base64."""
    encoded = base64.b64encode(ED25519 + public_key).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{encoded}"


def sign(checkpoint: Checkpoint, signers: Iterable[Signer]) -> str:
    """Return the note of `checkpoint`, with a line by each of `signers`."""
    return sign_text(checkpoint.text(), signers)


def sign_text(text: str, signers: Iterable[Signer]) -> str:
    """Return the note of any text that ends its last line and that nobody takes for a checkpoint's."""
    return f"{text}\n{''.join(signer.line(text) for signer in signers)}"


def read(note: str) -> tuple[Checkpoint, list[Signature]]:
    """Return what a note says and its signatures, which are not verified yet.

    Raises:
        BadNote: it is not a checkpoint's note.
    """
    text, gap, below = note.rpartition(_GAP)
    if not gap or not below.endswith("\n"):
        raise BadNote("It has no signatures.")
    try:
        origin, size, root, at = text.split("\n")
        checkpoint = Checkpoint(
            origin, int(size), base64.b64decode(root, validate=True), datetime.fromisoformat(at)
        )
        signatures = [_signature(line) for line in below.removesuffix("\n").split("\n")]
        written = checkpoint.text()
    except (ValueError, OverflowError) as error:
        raise BadNote(f"It is no checkpoint: {error}") from None
    if f"{text}\n" != written:
        raise BadNote("It is not written in the one form that a checkpoint has.")
    return checkpoint, signatures


def verify(note: str, public_keys: Mapping[bytes, bytes]) -> Checkpoint:
    """Return what a note says, once a known key has signed it and no known key's line is wrong.

    `public_keys` has the keys' 32 bytes by their 4-byte ids.

    Raises:
        BadNote: it cannot be read, no known key signed it, or a signature is false.
    """
    checkpoint, signatures = read(note)
    _verify(checkpoint.text(), signatures, public_keys)
    return checkpoint


def verify_text(note: str, public_keys: Mapping[bytes, bytes]) -> str:
    """Return the text of a note that `sign_text` made, once `verify` would believe its signatures.

    Raises:
        BadNote: it cannot be read, no known key signed it, or a signature is false.
    """
    text, gap, below = note.rpartition(_GAP)
    if not gap or not below.endswith("\n"):
        raise BadNote("It has no signatures.")
    try:
        signatures = [_signature(line) for line in below.removesuffix("\n").split("\n")]
    except ValueError as error:
        raise BadNote(f"It is no note: {error}") from None
    _verify(f"{text}\n", signatures, public_keys)
    return f"{text}\n"


def _verify(text: str, signatures: Iterable[Signature], public_keys: Mapping[bytes, bytes]) -> None:
    known = [line for line in signatures if line.key_id in public_keys]
    if not known:
        raise BadNote("None of the known keys has signed it.")
    for line in known:
        try:
            key = Ed25519PublicKey.from_public_bytes(public_keys[line.key_id])
            key.verify(line.signature, text.encode())
        except (InvalidSignature, ValueError):  # a key that was tampered with may be none
            raise BadNote(f"The signature by key {line.key_id.hex()} is false.") from None


def _signature(line: str) -> Signature:
    dash, name, encoded = line[:2], *line[2:].split(" ")
    if dash != DASH or not name:
        raise ValueError("a signature's line is malformed")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    return Signature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
