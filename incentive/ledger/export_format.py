"""Writes an export of the sealed books, a row at a time (docs/ledger.md defines the format).

It knows no database, and the verifier knows nothing of it.
"""

import base64
import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any, Final, NamedTuple

FORMAT: Final = "incentive-ledger-export"
VERSION: Final = 1
OPENING: Final = struct.Struct(">qqqq")
_FRAME: Final = struct.Struct(">II32s")
_GONE: Final = struct.Struct(">2sqs")


class Row(NamedTuple):
    """A sealed row: `leaf` is None when the row is gone, `opening` what its memo commits to."""

    kind: str
    ref: int
    hash: bytes
    leaf: bytes | None
    opening: bytes = b""


class Opening(NamedTuple):
    """Where an account stood before the first row; see docs/ledger.md for more than one each."""

    account_id: int
    version: int
    balance: int
    amount: int


class Owner(NamedTuple):
    """Who owns an account, and the salt of the commitment that stands for it."""

    owner: str
    salt: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What an export says before its rows [first, last); proofs and roots are lists of hashes."""

    origin: str
    jurisdiction: str
    made_at: str
    first: int
    last: int
    frontier: Sequence[bytes]
    openings: int
    checkpoints: Sequence[str]
    consistency: tuple[int, Sequence[bytes]] | None
    keys: Sequence[str]

    def line(self) -> bytes:
        """Return the file's first line."""
        proof = self.consistency
        return _line(
            {
                "format": FORMAT,
                "version": VERSION,
                "origin": self.origin,
                "jurisdiction": self.jurisdiction,
                "made_at": self.made_at,
                "from": self.first,
                "to": self.last,
                "frontier": [base64_of(each) for each in self.frontier],
                "openings": self.openings,
                "checkpoints": list(self.checkpoints),
                "consistency": [proof[0], *map(base64_of, proof[1])] if proof else [],
                "keys": list(self.keys),
            }
        )


def write(
    file: IO[bytes],
    header: Header,
    openings: Iterable[Opening],
    rows: Iterable[Row],
    owners: Iterable[Owner],
) -> None:
    """Write an export; nothing is kept in memory but the header and one row."""
    line = header.line()
    total = sha256(line)
    file.write(line)
    for opening in openings:
        piece = OPENING.pack(*opening)
        total.update(piece)
        file.write(piece)
    for row in rows:
        leaf = _GONE.pack(b"X\1", row.ref, row.kind.encode()) if row.leaf is None else row.leaf
        file.write(_FRAME.pack(len(leaf) + 1, len(row.opening), row.hash))
        file.write(b"\0" + leaf + row.opening)
    for owner in owners:
        line = _line({"owner": owner.owner, "salt": base64_of(owner.salt)})
        total.update(line)
        file.write(line)
    file.write(_line({"sha256": total.hexdigest()}))


def base64_of(raw: bytes) -> str:
    """Return bytes as the base64 that the format uses."""
    return base64.b64encode(raw).decode()


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
