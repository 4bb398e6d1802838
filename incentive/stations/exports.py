"""Rows of a station's ledger as CSV and Excel, written row by row in constant memory."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter

from incentive.core.i18n import Text, _

Cell = str | int
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


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: a quote goes before what looks like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(rows: Iterable[Any], file: IO[bytes], timezone: str) -> None:
    """Write headings and rows as CSV; the byte-order mark makes Excel read it as UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(str(heading) for heading in HEADINGS)
    for cells in _cells(rows, timezone):
        writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in cells)
    text.detach()


def write_xlsx(rows: Iterable[Any], file: IO[bytes], timezone: str) -> None:
    """Write headings and rows as a workbook; texts are text cells, which Excel never runs."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    heading = book.add_format({"bold": True})
    sheet: Any = None
    for number, cells in enumerate(_with_headings(_cells(rows, timezone))):
        at = number % _SHEET_ROWS_MAX
        if at == 0:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(at, column, cell)
            else:
                sheet.write_string(at, column, cell, *([heading] if at == 0 else []))
    book.close()


def _with_headings(rows: Iterable[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """Return the rows with the headings at the top of every sheet."""
    headings = tuple(str(heading) for heading in HEADINGS)
    yield headings
    for number, row in enumerate(rows):
        if number and number % (_SHEET_ROWS_MAX - 1) == 0:
            yield headings
        yield row


def _cells(rows: Iterable[Any], timezone: str) -> Iterator[tuple[Cell, ...]]:
    zone = ZoneInfo(timezone)
    kinds = {kind: str(words) for kind, words in KINDS.items()}
    for row in rows:
        yield (
            row.day.isoformat(),
            f"{row.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
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
