"""The template to fill in, and the rows to mend: workbooks whose cells are all texts."""

from itertools import islice
from typing import IO, Any, Final
from uuid import UUID

import xlsxwriter

from incentive.core.i18n import _
from incentive.people.imports.answers import to_mend
from incentive.people.imports.headings import KEPT, WRITTEN

TO_MEND_MAX: Final = 20_000
_WORDS_WIDTH: Final = 60
_LINE_WIDTH: Final = 8
_WIDTHS: Final = (14, 18, 24, 16, 16, 36, 24)
_EXAMPLE: Final = (
    "示例：张三",
    "13800000000",
    "53010219900101001X",
    "居民身份证",
    "1990-01",
    "翠湖北路1号",
    "530102001001",
)


def write_template(file: IO[bytes]) -> None:
    """Write the workbook to fill in.

    Its columns are texts, so that no number loses its end; the example's row is never read.
    """
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    page: Any = book.add_worksheet(str(_("Persons")))
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    soft = book.add_format({"num_format": "@", "italic": True, "font_color": "#777777"})
    page.freeze_panes(1, 0)
    for place, name in enumerate(KEPT):
        page.set_column(place, place, _WIDTHS[place], text)
        page.write_string(0, place, str(WRITTEN[name]), bold)
        page.write_string(1, place, _EXAMPLE[place], soft)
    book.close()


def write_to_mend(import_id: UUID, file: IO[bytes]) -> None:
    """Write the first 20,000 wrong rows as they were sent, what is wrong before each.

    Mended there, the workbook can be sent as it is: only the columns of the template are read.

    Raises:
        KeyDestroyed: the list is forgotten.
    """
    # In memory, and so not without end: what writes row by row keeps them in a file of the system's.
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    page: Any = book.add_worksheet(str(_("To mend")))
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    page.freeze_panes(1, 1)
    headings = [_("What to mend"), *(WRITTEN[name] for name in KEPT), _("Line")]
    for place, (heading, width) in enumerate(
        zip(headings, (_WORDS_WIDTH, *_WIDTHS, _LINE_WIDTH), strict=True)
    ):
        page.set_column(place, place, width, text)
        page.write_string(0, place, str(heading), bold)
    for number, cells in enumerate(islice(to_mend(import_id), TO_MEND_MAX), 1):
        for place, cell in enumerate(cells):
            page.write_string(number, place, cell, text)
    book.close()
