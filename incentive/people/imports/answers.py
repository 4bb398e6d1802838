"""The answers to rows, as they are shown: who it is masked, and in words what has to be mended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from incentive.core.i18n import Text
from incentive.core.keystore.errors import KeyDestroyed
from incentive.people import masking
from incentive.people import queries as people_queries
from incentive.people.imports import queries
from incentive.people.imports.headings import KEPT
from incentive.people.imports.models import PersonImportRow
from incentive.people.imports.vault import ImportVault, vault_of
from incentive.people.imports.words import words_of


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row.

    `name` and `phone` are masked; None once the list is forgotten. `volunteer_number` is of whom
    the row is, if they live in the import's area.
    """

    line: int
    status: str
    name: str | None
    phone: str | None
    home: str | None
    minor: bool
    faults: list[str]
    words: list[Text]
    volunteer_number: str | None


def answers(import_id: UUID, rows: Sequence[Any]) -> list[Answer]:
    """Return a page of answers, from (row, name of the home)."""
    vault = _vault(import_id)
    who = {row.person_id for row, *_ in rows if row.person_id is not None and row.status != "new"}
    numbers = people_queries.numbers_of(who) if who else {}
    return [_answer(row, rest[0], vault, numbers) for row, *rest in rows]


def to_mend(import_id: UUID) -> Iterator[list[str]]:
    """Yield the wrong rows as they were written, with what is wrong: line, fields, words.

    Raises:
        KeyDestroyed: the list is forgotten.
    """
    vault = vault_of(import_id)
    for some in queries.batches(import_id, "wrong"):
        for row in some:
            written = vault.open_row(row.line, row.sealed or b"")[0]
            words = " ".join(str(words_of(fault)) for fault in row.faults)
            yield [words, *(written.get(name, "") for name in KEPT), str(row.line)]


def _vault(import_id: UUID) -> ImportVault | None:
    try:
        return vault_of(import_id)
    except KeyDestroyed:
        return None


def _answer(
    row: PersonImportRow, home: str | None, vault: ImportVault | None, numbers: dict[UUID, str]
) -> Answer:
    written: dict[str, str] = {}
    told: dict[str, str] = {}
    if vault is not None and row.sealed is not None:
        written, told = vault.open_row(row.line, row.sealed)
    return Answer(
        row.line,
        row.status,
        masking.name(told.get("name") or written.get("name")),
        masking.phone(told.get("phone")),
        home,
        row.minor,
        row.faults,
        [words_of(fault) for fault in row.faults],
        numbers.get(row.person_id) if row.person_id else None,
    )
