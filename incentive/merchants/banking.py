"""A bank's file against the statements: looked at first, taken in whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.merchants import csv_reading, payment_queries
from incentive.merchants.csv_reading import BankLine, Unreadable
from incentive.merchants.domain import check_state, open_state, reference
from incentive.merchants.matching import Match, Owed, match
from incentive.merchants.paying import Paying, pay_all
from incentive.merchants.payment_errors import (
    BankRowMatched,
    BankRowsWrong,
    SumDiffers,
    UnknownBankRow,
)
from incentive.merchants.payment_models import BankFile, BankRow
from incentive.merchants.statement_errors import UnknownStatement
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.regions import service as regions


@dataclass(frozen=True, slots=True)
class Seen:
    """A row of a file: what it is, or why it cannot be read; `known` from an earlier file."""

    line: int
    row: BankLine | None
    match: Match | None
    known: bool = False
    why: Any = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file."""

    file_id: UUID | None
    rows_new: int
    rows_known: int
    rows: list[Seen]

    @property
    def matched(self) -> int:
        """How many statements are paid by the rows."""
        found = [seen.match for seen in self.rows if seen.match and seen.match.kind == "matched"]
        return sum(len(each.statements) for each in found)


def preview(caller: Caller, *, region: str, content: bytes, at: datetime) -> list[Seen]:
    """Return what each row of a file would be; changes nothing.

    Raises:
        UnknownRegion, OutOfScope, BankFileUnreadable, BankColumnsMissing: nothing is told.
    """
    place = regions.region_by_code(region)
    caller.require("payment.import", region_path=place.path)
    return _look(place.id, place.path, csv_reading.read(content, day_of(at)))


def take_in(caller: Caller, *, region: str, name: str, content: bytes, at: datetime) -> Taken:
    """Take a file in: rows that no earlier one had, and the payments that match a statement.

    Raises:
        UnknownRegion, OutOfScope, BankFileUnreadable, BankColumnsMissing, BankRowsWrong:
        nothing was written.
    """
    place = regions.region_by_code(region)
    caller.require("payment.import", region_path=place.path)
    lines = csv_reading.read(content, day_of(at))
    wrong = [{"line": row.line, "why": row.why} for row in lines if isinstance(row, Unreadable)]
    if wrong:
        raise BankRowsWrong(wrong)
    # Two who send the same file at once: the second sees what the first took in.
    payment_queries.lock_imports(place.id)
    seen = _look(place.id, place.path, lines)
    fresh = [each for each in seen if not each.known]
    if not fresh:
        return Taken(None, 0, len(seen), seen)
    file = BankFile(
        region_id=place.id,
        name=name,
        sha256=sha256(content).digest(),
        rows_new=len(fresh),
        rows_known=len(seen) - len(fresh),
        imported_by=caller.person_id,
        imported_at=at,
    )
    session().add(file)
    session().flush()
    rows = [(_row(file, each.row), each.match) for each in fresh if each.row]
    payment_queries.insert_rows([row for row, _match in rows])
    payings = [
        Paying(owed.id, owed.fen, row["reference"], row["day"], row["id"], part)
        for row, found in rows
        if found and found.kind == "matched"
        for part, owed in enumerate(found.statements, 1)
    ]
    pay_all(caller, payings, at)
    after = {"rows_new": file.rows_new, "rows_known": file.rows_known, "paid": len(payings)}
    acts.record(caller, "bank.import", subject=f"bank_file:{file.id}", after=after)
    return Taken(file.id, file.rows_new, file.rows_known, seen)


def rows(
    caller: Caller, *, state: str = "open", cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of (row, what it is now) from the caller's regions, the latest first.

    `state`: `open` (paid no statement yet), `matched`, or `all`.
    """
    found = payment_queries.rows(caller.regions_for("statement.read"), state)
    key = [BankRow.day, BankRow.id]
    shown = page(found, key, cursor=cursor, limit=limit, newest_first=True, scalars=False)
    waiting = [row[0] for row in shown.items if not row.statement_ids]
    owed = payment_queries.owed(caller.regions_for("statement.read"), waiting)
    now = dict(zip([row.id for row in waiting], match(waiting, owed), strict=True))
    return Page([(row, now.get(row[0].id)) for row in shown.items], shown.next_cursor)


def assign(caller: Caller, row_id: UUID, statement_id: UUID, at: datetime) -> UUID:
    """Say that a row paid a statement, in part or whole, where the file alone did not.

    Raises:
        UnknownBankRow, UnknownStatement, OutOfScope, BankRowMatched, WrongState, PaidTooMuch:
        nothing was written.
    """
    row = _unmatched(caller, row_id, [statement_id])
    pay_all(caller, [Paying(statement_id, row.fen, row.reference, row.day, row.id)], at)
    after = {"bank_row": row_id, "fen": row.fen, "paid_on": row.day}
    acts.record(caller, "statement.pay", subject=f"statement:{statement_id}", after=after)
    return statement_id


def assign_several(
    caller: Caller, row_id: UUID, statement_ids: Sequence[UUID], at: datetime
) -> None:
    """Say that a row paid several statements, each all that it is owed.

    Raises:
        UnknownBankRow, UnknownStatement, OutOfScope, BankRowMatched, WrongState, SumDiffers:
        nothing was written.
    """
    wanted = list(dict.fromkeys(statement_ids))
    row = _unmatched(caller, row_id, wanted)
    locked = payment_queries.lock_statements(wanted)
    left = []
    for statement_id in wanted:
        check_state(locked[statement_id].status, open_state(row.fen))
        left.append(locked[statement_id].total_fen - locked[statement_id].paid_fen)
    if sum(left) != row.fen:
        raise SumDiffers(row.fen, sum(left))
    payings = [
        Paying(statement_id, fen, row.reference, row.day, row.id, part)
        for part, (statement_id, fen) in enumerate(zip(wanted, left, strict=True), 1)
    ]
    pay_all(caller, payings, at)
    numbers = [reference(locked[statement_id].serial) for statement_id in wanted]
    after = {"statements": numbers, "fen": row.fen, "paid_on": row.day}
    acts.record(caller, "statement.pay", subject=f"bank_row:{row_id}", after=after)


def _unmatched(caller: Caller, row_id: UUID, statement_ids: Sequence[UUID]) -> BankRow:
    found = payment_queries.row(row_id)
    if found is None or not caller.may("payment.import", region_path=found.region_path):
        raise UnknownBankRow
    paths = payment_queries.paths_of(statement_ids)
    if len(paths) != len(statement_ids):
        raise UnknownStatement
    for path in set(paths):
        caller.require("payment.record", region_path=path)
    if found.statement_ids:
        raise BankRowMatched
    row: BankRow = found[0]
    return row


def _look(region_id: UUID, path: str, lines: Sequence[BankLine | Unreadable]) -> list[Seen]:
    readable = [row for row in lines if isinstance(row, BankLine)]
    known = payment_queries.known_hashes(region_id, [row.hash for row in readable])
    fresh = [row for row in readable if row.hash not in known]
    owed: list[Owed] = payment_queries.owed([path], fresh)
    matches = dict(zip([row.line for row in fresh], match(fresh, owed), strict=True))
    return [
        Seen(row.line, row, matches.get(row.line), known=row.hash in known)
        if isinstance(row, BankLine)
        else Seen(row.line, None, None, why=row.why)
        for row in lines
    ]


def _row(file: BankFile, line: BankLine) -> dict[str, Any]:
    return {
        "id": new_id(),
        "file_id": file.id,
        "region_id": file.region_id,
        "line": line.line,
        "day": line.day,
        "fen": line.fen,
        "reference": line.reference,
        "counterparty": line.counterparty,
        "row_hash": line.hash,
    }
