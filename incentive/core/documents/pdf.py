"""A document as PDF on A4, in one Chinese face that travels with the program."""

import io
from collections.abc import Sequence
from typing import IO, Any, Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from incentive.core.codes import png
from incentive.core.documents.model import Cell, Column, Document, Qr, Table, words
from incentive.core.i18n import _
from incentive.core.paths import static_dir

_FACE: Final = "sc"
_LACKING: Final = "〓"
_MARGIN_MM: Final = 16
_FOOT_MM: Final = 15
_QR_MM: Final = 34
_LINE_MM: Final = 6
_TITLE, _HEADING, _BODY, _SMALL = 18, 12, 10, 8
_INK, _FAINT, _RULE, _HEAD_PAPER = 20, 110, 190, 236
_NEXT: Final[dict[str, Any]] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}


def write_pdf(document: Document, file: IO[bytes]) -> None:
    """Write `document`; a table that is longer than its page repeats its headings."""
    paper = _Paper(document)
    paper.add_page()
    _head(paper, document)
    for table in document.tables:
        _table(paper, table, document.timezone)
    for note in document.notes:
        paper.set_font(size=_SMALL)
        paper.multi_cell(0, _LINE_MM - 1, str(note), align="L", **_NEXT)
    if document.signatures:
        _signatures(paper, document.signatures)
    if document.qr:
        _qr(paper, document.qr)
    file.write(paper.output())


class _Paper(FPDF):
    """A4 with a foot on every page: what this is, when it was made, which page of how many."""

    def __init__(self, document: Document) -> None:
        super().__init__(format="A4")
        self._document = document
        face = static_dir() / "vendor" / "noto-sans-sc" / "NotoSansSC-Regular.ttf"
        self.add_font(_FACE, fname=face)
        self._drawn = set(getattr(self.fonts[_FACE], "cmap", ())) | {ord("\n")}
        self.set_font(_FACE, size=_BODY)
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_FOOT_MM + 4)
        self.set_text_color(_INK)
        self.set_draw_color(_RULE)
        self.set_title(str(document.title))
        self.set_author(document.author)
        self.set_creation_date(document.made_at)
        self.set_lang("zh-CN")

    def normalize_text(self, text: str) -> str:
        """Put the printer's mark for a lacking type where the face has no shape."""
        return "".join(
            c if ord(c) in self._drawn else _LACKING for c in super().normalize_text(text)
        )

    def footer(self) -> None:
        """Draw the foot of a page."""
        self.set_y(-_FOOT_MM)
        self.set_font(_FACE, size=_SMALL)
        self.set_text_color(_FAINT)
        made = _("%(title)s · made on %(at)s", title=self._document.title, at=self._made())
        pages = _("page %(page)s of %(pages)s", page=self.page_no(), pages="{nb}")
        self.cell(self.epw * 0.75, _LINE_MM, str(made))
        self.cell(0, _LINE_MM, str(pages), align="R")
        self.set_text_color(_INK)

    def _made(self) -> str:
        return self._document.made_at_local

    def keep(self, height_mm: float) -> None:
        """Begin a new page unless `height_mm` are left on this one."""
        if self.will_page_break(height_mm):
            self.add_page()


def _head(paper: _Paper, document: Document) -> None:
    paper.set_font(size=_TITLE)
    paper.multi_cell(0, 10, str(document.title), align="L", **_NEXT)
    paper.ln(1)
    paper.set_font(size=_BODY)
    # Two pairs of term and value to a line, as forms have them.
    pairs = [(str(term), words(value, "text", document.timezone)) for term, value in document.facts]
    if not pairs:
        return
    half = [
        [cell for pair in pairs[at : at + 2] for cell in pair] for at in range(0, len(pairs), 2)
    ]
    with paper.table(
        rows=[row + [""] * (4 - len(row)) for row in half],
        col_widths=(3, 7, 3, 7),
        borders_layout="NONE",
        first_row_as_headings=False,
        line_height=_LINE_MM,
        text_align="LEFT",
        v_align="TOP",
    ):
        pass
    paper.ln(3)


def _table(paper: _Paper, table: Table, timezone: str) -> None:
    paper.keep(4 * _LINE_MM + 8)
    if table.title:
        paper.set_font(size=_HEADING)
        paper.multi_cell(0, 8, str(table.title), align="L", **_NEXT)
    paper.set_font(size=_BODY - 1)
    with paper.table(
        col_widths=tuple(column.width for column in table.columns),
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(fill_color=_HEAD_PAPER),
        line_height=_LINE_MM,
        padding=(0.6, 1),
        text_align=tuple(_align(column) for column in table.columns),
    ) as grid:
        grid.row([str(column.label) for column in table.columns])
        for row in table.rows:
            grid.row(_texts(row, table.columns, timezone))
        if table.totals is not None:
            grid.row(
                _texts(table.totals, table.columns, timezone),
                style=FontFace(fill_color=_HEAD_PAPER),
            )
    paper.ln(4)


def _texts(row: Sequence[Cell], columns: Sequence[Column], timezone: str) -> list[str]:
    return [words(cell, column.kind, timezone) for cell, column in zip(row, columns, strict=True)]


def _align(column: Column) -> str:
    return "LEFT" if column.kind == "text" else "RIGHT"


def _signatures(paper: _Paper, names: Sequence[str | Any]) -> None:
    paper.keep(24)
    paper.ln(6)
    paper.set_font(size=_BODY)
    width = paper.epw / len(names)
    top = paper.get_y()
    for place, name in enumerate(names):
        left = paper.l_margin + place * width
        paper.set_xy(left, top)
        paper.cell(width, _LINE_MM, str(name))
        paper.line(left, top + 14, left + width * 0.85, top + 14)
    paper.set_xy(paper.l_margin, top + 18)


def _qr(paper: _Paper, qr: Qr) -> None:
    paper.keep(_QR_MM + 4)
    top = paper.get_y() + 2
    paper.image(io.BytesIO(png(qr.text)), x=paper.l_margin, y=top, w=_QR_MM, h=_QR_MM)
    paper.set_font(size=_SMALL)
    paper.set_xy(paper.l_margin + _QR_MM + 4, top + 4)
    paper.multi_cell(paper.epw - _QR_MM - 4, _LINE_MM - 1, str(qr.caption), align="L", **_NEXT)
    paper.set_y(top + _QR_MM + 2)
