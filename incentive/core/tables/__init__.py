"""Tables that people send: CSV in whatever encoding, or an Excel workbook, read row by row.

What is sent is not to be trusted: its kind is told by its content, sizes are bounded before
anything is unpacked, and memory holds a row at a time, besides a workbook's own texts.
"""

from incentive.core.tables.errors import (
    TableTooLarge,
    TableUnreadable,
    WorkbookProtected,
)
from incentive.core.tables.headings import find_headings, plain_heading
from incentive.core.tables.model import FILE_BYTES_MAX, Mark, Table, TableRow
from incentive.core.tables.reading import check_kind, read_table

__all__ = [
    "FILE_BYTES_MAX",
    "Mark",
    "Table",
    "TableRow",
    "TableTooLarge",
    "TableUnreadable",
    "WorkbookProtected",
    "check_kind",
    "find_headings",
    "plain_heading",
    "read_table",
]
