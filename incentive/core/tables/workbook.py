"""An Excel workbook as rows of texts: its first visible sheet, read in pieces.

A number is given with all its digits, or marked if the spreadsheet has lost some; of a formula
the value last shown counts; a merged cell lends its value to all that it covers.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from incentive.core.tables.errors import TableUnreadable
from incentive.core.tables.merges import Merges, merges_in, place_of
from incentive.core.tables.model import CELL_LENGTH_MAX, COLUMNS_MAX, Mark, Table, TableRow
from incentive.core.tables.package import Package, elements, parser

_BOOK: Final = "xl/workbook.xml"
_BOOK_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS_MAX: Final = 1_500_000
# Excel keeps so many digits of a number; the rest it writes as zeros.
_DIGITS_MAX: Final = 15
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE: Final = ("1", "true")


def read_workbook(content: bytes) -> Table:
    """Return the first visible sheet of a workbook.

    Raises:
        TableUnreadable, TableTooLarge, WorkbookProtected: it is none, or would burst.
    """
    package = Package(content)
    sheets, starts_1904 = _visible_sheets(package)
    if not sheets:
        raise TableUnreadable
    strings = _strings(package) if package.has("xl/sharedStrings.xml") else []
    rows = _rows(package, sheets[0], strings)
    return Table(rows, sheets_left=len(sheets) - 1, starts_1904=starts_1904)


def _visible_sheets(package: Package) -> tuple[list[str], bool]:
    """Return the parts of the sheets that are seen, in the order of their tabs."""
    targets = {
        relation["Id"]: posixpath.normpath(posixpath.join("/xl", relation["Target"])).lstrip("/")
        for name, relation in elements(package, _BOOK_RELATIONS)
        if name == "Relationship" and {"Id", "Target"} <= relation.keys()
    }
    sheets, starts_1904 = [], False
    for name, told in elements(package, _BOOK):
        if name == "workbookPr":
            starts_1904 = told.get("date1904") in _TRUE
        elif name == "sheet" and told.get("state", "visible") == "visible":
            target = targets.get(told.get("id", ""), "")
            # Charts, too, have a tab.
            if package.has(target) and "/worksheets/" in target:
                sheets.append(target)
    return sheets, starts_1904


def _strings(package: Package) -> list[str]:
    """Return the texts that cells refer to by number, without what only says how to read them."""
    found: list[str] = []
    pieces: list[str] = []
    open_: list[str] = []

    def begin(name: str, _attributes: dict[str, str]) -> None:
        open_.append(name)
        if name == "si":
            pieces.clear()

    def end(_name: str) -> None:
        if open_.pop() == "si":
            found.append(_plain("".join(pieces)))
            if len(found) > _STRINGS_MAX:
                raise TableUnreadable

    def text(data: str) -> None:
        if open_ and open_[-1] == "t" and "rPh" not in open_:
            pieces.append(data)

    with parser(begin, end, text) as reading:
        for piece in package.chunks("xl/sharedStrings.xml"):
            reading.Parse(piece)
        reading.Parse(b"", True)
    return found


def _rows(package: Package, part: str, strings: list[str]) -> Iterator[TableRow]:
    sheet = _Sheet(strings, merges_in(package.chunks(part)))
    with parser(sheet.begin, sheet.end, sheet.text) as reading:
        for piece in package.chunks(part):
            reading.Parse(piece)
            yield from sheet.taken()
        reading.Parse(b"", True)
        yield from sheet.taken()


@dataclass(slots=True)
class _Cell:
    """A cell that is being read."""

    place: int
    kind: str
    has_formula: bool = False


class _Sheet:
    """Takes up a sheet's elements and gives its rows, as soon as each is whole."""

    def __init__(self, strings: list[str], merges: Merges) -> None:
        self._strings, self._merges = strings, merges
        self._done: list[TableRow] = []
        self._line = 0
        self._texts: list[str] = []
        self._marks: dict[int, Mark] = {}
        self._cell: _Cell | None = None
        self._value: list[str] = []
        self._open: list[str] = []

    def taken(self) -> list[TableRow]:
        """Return the rows that are whole since this was last asked."""
        done, self._done = self._done, []
        return done

    def begin(self, name: str, told: dict[str, str]) -> None:
        """Take up an element's beginning."""
        self._open.append(name)
        if name == "c":
            place = place_of(told["r"])[1] if "r" in told else len(self._texts)
            self._cell = _Cell(place, told.get("t", "n"))
            self._value.clear()
        elif name == "f" and self._cell:
            self._cell.has_formula = True
        elif name == "row":
            number = told.get("r", "")
            self._line = int(number) if number.isdecimal() else self._line + 1
            self._texts, self._marks = [], {}

    def text(self, data: str) -> None:
        """Take up a piece of text."""
        inside = self._open[-1] if self._open else ""
        if inside == "v" or (inside == "t" and "rPh" not in self._open):
            self._value.append(data)

    def end(self, name: str) -> None:
        """Take up an element's end: a cell's, then its row's."""
        self._open.pop()
        if name == "c" and self._cell:
            self._keep(self._cell, "".join(self._value))
            self._cell = None
        elif name == "row":
            self._merges.lend(self._line, self._texts, self._marks)
            self._done.append(TableRow(self._line, self._texts, self._marks))

    def _keep(self, cell: _Cell, value: str) -> None:
        if cell.place >= COLUMNS_MAX:
            return
        text, mark = self._read(cell, value)
        self._texts += [""] * (cell.place + 1 - len(self._texts))
        self._texts[cell.place] = text.strip()[:CELL_LENGTH_MAX]
        if mark:
            self._marks[cell.place] = mark

    def _read(self, cell: _Cell, value: str) -> tuple[str, Mark | None]:
        if not value:
            return "", Mark.EMPTY_FORMULA if cell.has_formula else None
        if cell.kind == "e":
            return value, Mark.FAULTY
        if cell.kind == "s":
            number = int(value) if value.strip().isdecimal() else len(self._strings)
            if number >= len(self._strings):
                raise TableUnreadable
            return self._strings[number], None
        return _number(value) if cell.kind == "n" else (_plain(value), None)


def _number(value: str) -> tuple[str, Mark | None]:
    """Return a number as one would write it by hand."""
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return value, None
    if not number.is_finite() or number.adjusted() >= _DIGITS_MAX:
        return value, Mark.ROUNDED
    plain = f"{number:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain), None


def _plain(text: str) -> str:
    """Return `text` with the characters that a workbook writes by their numbers."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
