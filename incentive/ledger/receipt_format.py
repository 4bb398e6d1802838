"""Writes receipts: as JSON, and compact enough for a QR code (docs/ledger.md)."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from incentive.ledger.export_format import Owner, base64_of
from incentive.ledger.verifier.receipts import COMPACT, LETTERS

FORMAT: Final = "incentive-ledger-receipt"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """Leaf `seq` as it was sealed, the hashes to the checkpoint's root, and what may be opened."""

    transaction_id: int
    seq: int
    leaf: bytes
    proof: Sequence[bytes]
    checkpoint: str
    owners: Sequence[Owner]
    memo: bytes

    def fields(self) -> dict[str, Any]:
        """Return what the JSON holds."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "seq": self.seq,
            "leaf": base64_of(self.leaf),
            "proof": [base64_of(step) for step in self.proof],
            "checkpoint": self.checkpoint,
            "owners": [
                {"owner": owner.owner, "salt": base64_of(owner.salt)} for owner in self.owners
            ],
            "memo": base64_of(self.memo),
        }

    def json(self) -> bytes:
        """Return the receipt as JSON in UTF-8."""
        return json.dumps(self.fields(), ensure_ascii=False, separators=(",", ":")).encode()

    def code(self) -> str:
        """Return the text of its QR code: only letters that a code packs at 5.5 bits each."""
        return COMPACT + _base45(zlib.compress(self.json(), 9))


def _base45(data: bytes) -> str:
    """Return `data` as RFC 9285 spells it."""
    letters = []
    for at in range(0, len(data), 2):
        group = data[at : at + 2]
        number = int.from_bytes(group)
        for _ in range(len(group) + 1):
            number, value = divmod(number, 45)
            letters.append(LETTERS[value])
    return "".join(letters)
