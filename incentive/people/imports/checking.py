"""A file is read and each row answered: in the background, in one transaction.

Broken off, it leaves nothing and is begun again. How far it is shows beside it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final
from uuid import UUID

from incentive.core.errors import IncentiveError, Unavailable
from incentive.core.ids import new_id
from incentive.core.tables import Table, TableRow, find_headings, read_table
from incentive.core.zone import day_of
from incentive.people import index
from incentive.people.imports import queries
from incentive.people.imports.domain import ROWS_MAX, Fault, Row, read_row
from incentive.people.imports.errors import ColumnsMissing, NoRows, TooManyRows
from incentive.people.imports.headings import NAMES
from incentive.people.imports.homes import Homes
from incentive.people.imports.matching import Match, Matcher
from incentive.people.imports.models import PersonImport
from incentive.people.imports.vault import ImportVault, vault_of
from incentive.regions import service as regions

BATCH: Final = 1_000
_HEADINGS_WITHIN: Final = 20


def check(sent: PersonImport, at: datetime) -> None:
    """Answer every row of a locked import, or say why its file cannot be read."""
    try:
        with queries.savepoint():
            counts = _check_rows(sent, at)
    except Unavailable:
        raise  # later it may go well
    except IncentiveError as error:
        sent.status, sent.refusal = "unreadable", error.code
    else:
        sent.status = "checked"
        sent.new_rows, sent.known_rows = counts["new"], counts["known"]
        sent.wrong_rows = counts["wrong"]
        sent.minor_rows, sent.child_rows = counts["minor"], counts["child"]
    sent.checked_at = at
    queries.drop_parts([sent.id])
    queries.forget_tries(sent.id)


def _check_rows(sent: PersonImport, at: datetime) -> Counter[str]:
    vault = vault_of(sent.id)
    table = read_table(vault.open_file(queries.parts(sent.id)))
    sent.sheets_left = table.sheets_left
    area = regions.region(sent.region_id)
    homes, matcher = Homes(area), Matcher(index.writing(), area.path)
    counts: Counter[str] = Counter()
    done = 0
    for some in _batches(_read(table, at)):
        done += len(some)
        if done > ROWS_MAX:
            raise TooManyRows(ROWS_MAX)
        answers = _answers(some, homes, matcher, vault, sent.id)
        queries.add_rows(answers)
        counts.update(answer["status"] for answer in answers)
        entering = {answer["line"] for answer in answers if answer["status"] == "new"}
        counts["minor"] += sum(row.is_minor for row in some if row.line in entering)
        counts["child"] += sum(row.is_child for row in some if row.line in entering)
        queries.note_progress(sent.id, done)
    if not done:
        raise NoRows
    return counts


def _read(table: Table, at: datetime) -> Iterator[Row]:
    """Yield the rows that are somebody's, below the headings."""
    head = list(islice(table.rows, _HEADINGS_WITHIN))
    below, places = find_headings([row.cells for row in head], NAMES)
    if "name" not in places or not places.keys() & {"phone", "id_number"}:
        raise ColumnsMissing
    today = day_of(at)
    rows: Iterator[TableRow] = chain(head[below:], table.rows)
    for each in rows:
        row = read_row(each, places, today, starts_1904=table.starts_1904)
        if row is not None:
            yield row


def _answers(
    rows: Sequence[Row], homes: Homes, matcher: Matcher, vault: ImportVault, import_id: UUID
) -> list[dict[str, Any]]:
    homes.learn(row.region for row in rows)
    home_of = {row.line: homes.of(row.region) for row in rows}
    for row in rows:
        home = home_of[row.line]
        if isinstance(home, Fault):
            row.faults.append(home)
        if not row.faults:
            row.faults.extend(matcher.twice(row))
    sound = [row for row in rows if not row.faults]
    found = matcher.known([row.told for row in sound])
    matches = {row.line: match for row, match in zip(sound, found, strict=True)}
    return [
        _answer(row, home_of[row.line], matches.get(row.line, Match()), import_id)
        | {"sealed": vault.seal_row(row)}
        for row in rows
    ]


def _answer(row: Row, home: UUID | Fault, match: Match, import_id: UUID) -> dict[str, Any]:
    faults = [str(fault) for fault in (*row.faults, *match.faults)]
    status = "wrong" if faults else "known" if match.is_known else "new"
    return {
        "import_id": import_id,
        "line": row.line,
        "status": status,
        "faults": faults,
        "minor": row.is_minor,
        "home_region_id": None if isinstance(home, Fault) else home,
        "person_id": new_id() if status == "new" else match.person_id,
    }


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, BATCH)):
        yield some
