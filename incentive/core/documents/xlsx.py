"""A document as an Excel workbook: its facts, tables and QR code on one sheet."""

import io
from datetime import date, datetime
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter

from incentive.core.codes import png
from incentive.core.documents.model import Cell, Document, Kind, Table
from incentive.core.money import decimal_yuan

_SHEET_NAME_MAX: Final = 31
_NO_SHEET_NAME: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_WIDTH_UNIT: Final = 12
_QR_ROWS: Final = 9


def write_xlsx(document: Document, file: IO[bytes]) -> None:
    """Write `document`; amounts are numbers of yuan, and a text is a text whatever it looks like."""
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties(
        # Excel keeps the time of making without a zone.
        {"title": str(document.title), "author": document.author, "created": _naive(document)}
    )
    sheet = _Sheet(book, document)
    sheet.write_head()
    for table in document.tables:
        sheet.write_table(table)
    for note in (*document.notes, *document.signatures):
        sheet.line(str(note))
    if document.qr:
        sheet.write_qr(document.qr.text, str(document.qr.caption))
    sheet.line(document.made_at_local)
    book.close()


def _naive(document: Document) -> datetime:
    return document.made_at.astimezone(ZoneInfo(document.timezone)).replace(tzinfo=None)


class _Sheet:
    """The one sheet, written from the top."""

    def __init__(self, book: Any, document: Document) -> None:
        name = str(document.title).translate(_NO_SHEET_NAME).strip()[:_SHEET_NAME_MAX]
        self._document = document
        self._sheet = book.add_worksheet(name or None)
        self._row = 0
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._formats: dict[tuple[str, bool], Any] = {
            (kind, bold): book.add_format({"num_format": shape, "bold": bold})
            for kind, shape in (
                ("number", "#,##0"),
                ("money", "#,##0.00"),
                ("day", "yyyy-mm-dd"),
                ("instant", "yyyy-mm-dd hh:mm:ss"),
                ("text", "@"),
            )
            for bold in (False, True)
        }
        self._widths: dict[int, float] = {}

    def line(self, text: str) -> None:
        """Write one text in a row of its own."""
        self._sheet.write_string(self._row, 0, text)
        self._row += 1

    def write_head(self) -> None:
        """Write the title and the facts."""
        self._sheet.write_string(0, 0, str(self._document.title), self._title)
        self._row = 1
        for term, value in self._document.facts:
            self._sheet.write_string(self._row, 0, str(term))
            self._cell(1, value, "text", bold=False)
            self._row += 1
        self._row += 1

    def write_table(self, table: Table) -> None:
        """Write a table's title, headings, rows and totals."""
        if table.title:
            self._sheet.write_string(self._row, 0, str(table.title), self._bold)
            self._row += 1
        for place, column in enumerate(table.columns):
            self._sheet.write_string(self._row, place, str(column.label), self._bold)
            width = max(self._widths.get(place, _WIDTH_UNIT), column.width * _WIDTH_UNIT)
            self._widths[place] = width
            self._sheet.set_column(place, place, width)
        self._row += 1
        last = () if table.totals is None else (table.totals,)
        for row in (*table.rows, *last):
            for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                self._cell(place, cell, column.kind, bold=row is table.totals)
            self._row += 1
        self._row += 1

    def write_qr(self, text: str, caption: str) -> None:
        """Draw a text as QR code below, with its words and itself beside it."""
        picture = {"image_data": io.BytesIO(png(text, 3)), "description": caption}
        self._row += 1
        self._sheet.insert_image(self._row, 0, "qr.png", picture)
        self._sheet.write_string(self._row, 2, caption)
        self._sheet.write_string(self._row + 1, 2, text)
        self._row += _QR_ROWS

    def _cell(self, place: int, cell: Cell, kind: Kind, *, bold: bool) -> None:
        match cell:
            case None:
                pass
            case int():
                number = decimal_yuan(cell) if kind == "money" else cell
                shape = "number" if kind == "text" else kind
                self._sheet.write_number(self._row, place, number, self._formats[shape, bold])
            case datetime():
                local = cell.astimezone(ZoneInfo(self._document.timezone)).replace(tzinfo=None)
                self._sheet.write_datetime(self._row, place, local, self._formats["instant", bold])
            case date():
                self._sheet.write_datetime(self._row, place, cell, self._formats["day", bold])
            case _:
                self._sheet.write_string(self._row, place, str(cell), self._formats["text", bold])
