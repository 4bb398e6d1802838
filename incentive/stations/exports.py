"""Rows of a station's ledger as CSV and Excel, written row by row in constant memory."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter

from incentive.core.i18n import Text, _

Cell = str | int | date
SHEET: Final = _("Ledger")
TOTAL: Final = _("Total")
HEADINGS: Final[tuple[Text, ...]] = (
    _("Day"),
    _("Time"),
    _("Kind"),
    _("Item"),
    _("Quantity"),
    _("Volunteer number"),
    _("Points in"),
    _("Points out"),
    _("Running total"),
    _("Served by"),
    _("Reason"),
    _("Order"),
)
KINDS: Final[dict[str, Text]] = {
    "redemption": _("handed over"),
    "refund": _("refunded"),
    "adjustment": _("adjusted"),
    "reversal": _("reversed"),
}
# A spreadsheet takes a cell that starts so for a formula; full-width forms count in Chinese Excel.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
# Excel's sheets end at 1,048,576 rows.
_SHEET_ROWS_MAX: Final = 1_000_000
# Points in and points out; a row's running total is its own.
_SUMMED: Final = (6, 7)
_WIDTHS: Final = {1: 20, 3: 24, 10: 24, 11: 38}


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: a quote goes before what looks like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(rows: Iterable[Any], file: IO[bytes], timezone: str) -> None:
    """Write headings and rows as CSV; the byte-order mark makes Excel read it as UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(str(heading) for heading in HEADINGS)
    for cells in _cells(rows, timezone):
        # Of a day or an instant the csv module writes `str`, as in 2026-11-22 09:00:00.
        writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in cells)
    text.detach()


def write_xlsx(rows: Iterable[Any], file: IO[bytes], timezone: str) -> None:
    """Write headings, rows and their sums as a workbook; texts are text cells, which Excel never runs."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    bold = book.add_format({"bold": True})
    formats = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    sheet: Any = None
    at, sums = 0, dict.fromkeys(_SUMMED, 0)
    for number, cells in enumerate(_cells(rows, timezone)):
        at = number % (_SHEET_ROWS_MAX - 1) + 1
        if at == 1:
            sheet = _new_sheet(book, bold)
        for column, cell in enumerate(cells):
            match cell:
                case int():
                    sheet.write_number(at, column, cell)
                case date():
                    sheet.write_datetime(at, column, cell, formats[type(cell)])
                case _:
                    sheet.write_string(at, column, cell)
        for column in sums:
            sums[column] += int(cells[column])  # type: ignore[arg-type]
    sheet = sheet or _new_sheet(book, bold)
    sheet.write_string(at + 1, 0, str(TOTAL), bold)
    for column, points in sums.items():
        sheet.write_number(at + 1, column, points, bold)
    book.close()


def _new_sheet(book: Any, bold: Any) -> Any:
    """Return one more sheet, with its headings and columns wide enough to read."""
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet(str(SHEET) if number == 1 else f"{SHEET} {number}")
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(HEADINGS):
        sheet.set_column(column, column, _WIDTHS.get(column, 12))
        sheet.write_string(0, column, str(heading), bold)
    return sheet


def _cells(rows: Iterable[Any], timezone: str) -> Iterator[tuple[Cell, ...]]:
    zone = ZoneInfo(timezone)
    kinds = {kind: str(words) for kind, words in KINDS.items()}
    for row in rows:
        yield (
            row.day,
            row.at.astimezone(zone).replace(tzinfo=None, microsecond=0),
            kinds.get(row.kind, row.kind),
            row.item or "",
            row.quantity or "",
            row.volunteer_number or "",
            int(row.points_in),
            int(row.points_out),
            int(row.running_total),
            row.served_by or "",
            row.reason,
            str(row.redemption_id or ""),
        )
