"""Proofs: the Merkle tree of RFC 9162 (section 2.1), and checkpoints as signed notes (C2SP)."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

NOTE: Final = 1 << 13  # no checkpoint is longer, whoever signed it beside the ledger


class Wrong(Exception):
    """What is wrong, in words, and in which row if one can be named: its number, its transaction."""

    def __init__(self, what: str, seq: int | None = None, row: int | str = "") -> None:
        if isinstance(row, int):
            row = f"transaction {row}"
        super().__init__(what if seq is None else f"seq {seq}{row and f', {row}'}: {what}")
        self.seq = seq


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, 2.1.1)."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


class Tree:
    """The first `size` leaves as the hashes of their full subtrees, the largest first."""

    def __init__(self, size: int = 0, frontier: Sequence[bytes] = ()) -> None:
        levels = [n for n in reversed(range(size.bit_length())) if size >> n & 1]
        if [len(each) for each in frontier] != [32] * len(levels):
            raise Wrong(f"{size} rows have {len(levels)} full subtrees, not {len(frontier)}")
        self.size = size
        self.full = dict(zip(levels, frontier, strict=True))

    def extend(self, hashes: list[bytes]) -> None:
        """Append leaves: add their number to `size` in binary, carrying hashes for bits."""
        size, level = self.size + len(hashes), 0
        while hashes:
            if level in self.full:
                hashes.insert(0, self.full.pop(level))
            if len(hashes) % 2:
                self.full[level] = hashes.pop()
            pairs = iter(hashes)
            hashes = [
                sha256(b"\1" + left + right).digest()
                for left, right in zip(pairs, pairs, strict=True)
            ]
            level += 1
        self.size = size

    def root(self) -> bytes:
        """Return the root; of no leaves, the hash of nothing."""
        found = b""
        for level in sorted(self.full):
            found = node_hash(self.full[level], found) if found else self.full[level]
        return found or sha256().digest()


def inclusion_root(leaf: bytes, seq: int, size: int, proof: Iterable[bytes]) -> bytes:
    """Return the root of `size` leaves that follows if the hash `leaf` is number `seq` (2.1.3.2).

    Raises:
        Wrong: the proof is not of this place.
    """
    at, last, found = seq, size - 1, leaf
    for step in proof:
        if last <= 0:
            raise Wrong("the inclusion proof is too long")
        if at & 1 or at == last:
            found = node_hash(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    if last or not 0 <= seq < size:
        raise Wrong("the inclusion proof is too short, or of no row of this tree")
    return found


def check_consistency(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Prove that the tree of `first` leaves is how the one of `second` begins (2.1.4.2).

    Raises:
        Wrong: it is not, or the proof does not show it.
    """
    if not 0 <= first <= second:
        raise Wrong("a tree cannot be the beginning of a smaller one")
    if first in {0, second}:
        if proof or (first == second and first_root != second_root):
            raise Wrong("the consistency proof does not hold")
        return
    steps = [first_root, *proof] if not first & (first - 1) else list(proof)
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = steps[0] if steps else b""
    for step in steps[1:]:
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    if last or old != first_root or new != second_root:
        raise Wrong("the consistency proof does not hold")


@dataclass(frozen=True, slots=True)
class Key:
    """An Ed25519 public key, and the ledger for which it signs ("": PEM does not say)."""

    name: str
    public: bytes

    def mark(self, name: str) -> bytes:
        """Return the 4 bytes with which a signature under `name` begins."""
        return sha256(name.encode() + b"\n\1" + self.public).digest()[:4]


def read_keys(text: str) -> list[Key]:
    """Return the keys of a text: one in PEM, or verifier keys `name+hex+base64`, one a line."""
    if text.lstrip().startswith("-----BEGIN"):
        try:
            public = load_pem_public_key(text.encode())
        except (ValueError, UnsupportedAlgorithm):
            raise Wrong("the key is not readable PEM") from None
        if not isinstance(public, Ed25519PublicKey):
            raise Wrong("the key is not an Ed25519 public key")
        return [Key("", public.public_bytes_raw())]
    keys = []
    for line in text.split():
        if not line.isprintable():
            raise Wrong(f"{line!r} is no Ed25519 verifier key")
        name, mark, encoded = [*line.split("+", 2), "", ""][:3]
        key = Key(name, unbase64(encoded)[1:])
        if not encoded.startswith("A") or len(key.public) != 32 or key.mark(name).hex() != mark:  # noqa: PLR2004
            raise Wrong(f"{line!r} is no Ed25519 verifier key")
        keys.append(key)
    return keys


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a signed note says: the first `size` rows of the ledger `origin` have this root."""

    origin: str
    size: int
    root: bytes
    at: datetime


def open_checkpoint(note: str, keys: Sequence[Key]) -> Checkpoint:
    """Return what a note says, once a signature by one of `keys` is proved.

    Raises:
        Wrong: it is no such note, of another ledger, or not signed by any of the keys.
    """
    body, _, below = note.rpartition("\n\n")
    said = re.fullmatch(
        r"(\S+)\n(0|[1-9]\d{0,17})\n([A-Za-z0-9+/]{43}=)\n(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)",
        body,
        re.ASCII,
    )
    # Names are printed, and what is printed shall not command a terminal.
    readable = len(note) <= NOTE and note.replace("\n", "").isprintable()
    if not readable or not said or not re.fullmatch(r"(— \S+ [A-Za-z0-9+/=]+\n)+", below):
        raise Wrong("this is no checkpoint: a signed note of origin, size, root and time")
    origin, size, root, at = said.groups()
    signed = False
    for line in below.splitlines():
        _, name, encoded = line.split(" ")
        raw = unbase64(encoded)
        for key in keys:
            if key.name in {"", name} and key.mark(name) == raw[:4]:
                try:
                    public = Ed25519PublicKey.from_public_bytes(key.public)
                    public.verify(raw[4:], f"{body}\n".encode())
                except InvalidSignature:
                    raise Wrong(
                        f"the signature under checkpoint {size} of {origin} is false"
                    ) from None
                signed = signed or name == origin
    if not signed:
        names = {key.name for key in keys} - {""}
        if names and origin not in names:
            raise Wrong(f"this is of another ledger, {origin}; the key is of {', '.join(names)}")
        raise Wrong(f"checkpoint {size} of {origin} is not signed by the key given")
    try:
        return Checkpoint(origin, int(size), unbase64(root), datetime.fromisoformat(at))
    except ValueError:
        raise Wrong(f"checkpoint {size} of {origin} is of no day or time that there is") from None


def unbase64(text: object) -> bytes:
    """Return the bytes that a base64 text spells, in its one and only spelling."""
    try:
        raw = base64.b64decode(str(text), validate=True)
    except ValueError:
        raw = b""
    if base64.b64encode(raw).decode() != text:
        raise Wrong(f"{text!r} is not base64")
    return raw
