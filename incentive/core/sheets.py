"""Long lists as CSV and Excel, written row by row in constant memory; no cell runs as a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any, Final

import xlsxwriter

from incentive.core.i18n import Text, _

Cell = str | int | date
TOTAL: Final = _("Total")
# A spreadsheet takes a cell that starts so for a formula; full-width forms count in Chinese Excel.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
# Excel's sheets end at 1,048,576 rows.
_SHEET_ROWS_MAX: Final = 1_000_000
_WIDTH: Final = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a list is called, its headings, the columns' widths, and which columns are summed."""

    title: Text
    headings: Sequence[Text]
    widths: Mapping[int, int] = field(default_factory=dict)
    summed: Sequence[int] = ()


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: a quote goes before what looks like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(sheet: Sheet, rows: Iterable[Sequence[Cell]], file: IO[bytes]) -> None:
    """Write headings and rows as CSV; the byte-order mark makes Excel read it as UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(str(heading) for heading in sheet.headings)
    for cells in rows:
        # Of a day or an instant the csv module writes `str`, as in 2026-11-22 09:00:00.
        writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in cells)
    text.detach()


def write_xlsx(sheet: Sheet, rows: Iterable[Sequence[Cell]], file: IO[bytes]) -> None:
    """Write headings, rows and their sums as a workbook; texts are text cells, which Excel never runs.

    Instants are local and without zone, as Excel keeps them.
    """
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    bold = book.add_format({"bold": True})
    formats = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    page: Any = None
    at, sums = 0, dict.fromkeys(sheet.summed, 0)
    for number, cells in enumerate(rows):
        at = number % (_SHEET_ROWS_MAX - 1) + 1
        if at == 1:
            page = _new_page(book, sheet, bold)
        for column, cell in enumerate(cells):
            match cell:
                case int():
                    page.write_number(at, column, cell)
                case date():
                    page.write_datetime(at, column, cell, formats[type(cell)])
                case _:
                    page.write_string(at, column, cell)
        for column in sums:
            sums[column] += int(cells[column])  # type: ignore[arg-type]
    page = page or _new_page(book, sheet, bold)
    if sums:
        page.write_string(at + 1, 0, str(TOTAL), bold)
    for column, total in sums.items():
        page.write_number(at + 1, column, total, bold)
    book.close()


def _new_page(book: Any, sheet: Sheet, bold: Any) -> Any:
    """Return one more page, with its headings and columns wide enough to read."""
    number = len(book.worksheets()) + 1
    page = book.add_worksheet(str(sheet.title) if number == 1 else f"{sheet.title} {number}")
    page.freeze_panes(1, 0)
    for column, heading in enumerate(sheet.headings):
        page.set_column(column, column, sheet.widths.get(column, _WIDTH))
        page.write_string(0, column, str(heading), bold)
    return page
