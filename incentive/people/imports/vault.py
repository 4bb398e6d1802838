"""What a list says, sealed under a key of the import's own while it waits.

The key lies in the key store like a person's. Once it is destroyed no copy of the books, however
old, tells what was in the list.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from incentive.core.db import jurisdiction
from incentive.core.keystore import sealing
from incentive.core.keystore.errors import KeyDestroyed
from incentive.core.keystore.store import keystore
from incentive.people.imports.domain import Row

_PART_BYTES: Final = 1 << 20


class ImportVault:
    """Seals and opens what one import is about."""

    def __init__(self, import_id: UUID, key: bytes) -> None:
        self._place, self._key = f"{jurisdiction()}/import/{import_id}", key

    def seal_file(self, content: bytes) -> list[bytes]:
        """Return a file in sealed parts."""
        return [
            sealing.seal_bytes(
                self._key, f"{self._place}/file/{number}", content[first:][:_PART_BYTES]
            )
            for number, first in enumerate(range(0, len(content), _PART_BYTES))
        ]

    def open_file(self, parts: Sequence[bytes]) -> bytes:
        """Return the file that was sealed in `parts`."""
        return b"".join(
            sealing.unseal_bytes(self._key, f"{self._place}/file/{number}", part)
            for number, part in enumerate(parts)
        )

    def seal_row(self, row: Row) -> bytes:
        """Return what a row says, sealed."""
        said = json.dumps([dict(row.written), row.told], ensure_ascii=False)
        return sealing.seal(self._key, f"{self._place}/row/{row.line}", said)

    def open_row(self, line: int, sealed: bytes) -> tuple[dict[str, str], dict[str, str]]:
        """Return what a row says, as it was written and as it was understood."""
        text = sealing.unseal(self._key, f"{self._place}/row/{line}", bytes(sealed))
        written, told = json.loads(text)
        return written, told


def new_vault(import_id: UUID) -> ImportVault:
    """Return the vault of a new import; its key is kept at once."""
    return ImportVault(import_id, keystore().make(jurisdiction(), [import_id])[import_id])


def vault_of(import_id: UUID) -> ImportVault:
    """Return the vault of an import.

    Raises:
        KeyDestroyed: it was swept.
    """
    key = keystore().keys(jurisdiction(), [import_id]).get(import_id)
    if key is None:
        raise KeyDestroyed
    return ImportVault(import_id, key)


def destroy(import_ids: Sequence[UUID]) -> None:
    """Make what these imports said unreadable for good."""
    keystore().destroy_all(jurisdiction(), import_ids)


def told_of(vault: ImportVault, rows: Sequence[tuple[int, bytes]]) -> Iterator[dict[str, str]]:
    """Yield what rows say, as it was understood."""
    for line, sealed in rows:
        yield vault.open_row(line, sealed)[1]
