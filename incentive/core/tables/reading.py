"""Which kind of table a file is: told by its content, never by its name."""

from typing import Final

from incentive.core.tables.errors import TableTooLarge, TableUnreadable, WorkbookProtected
from incentive.core.tables.model import FILE_BYTES_MAX, Table
from incentive.core.tables.package import Package
from incentive.core.tables.texts import encoding_of, read_csv
from incentive.core.tables.workbook import read_workbook

_ZIP: Final = b"PK\x03\x04"
# What Excel wrote before 2007, and what it writes around a workbook with a password.
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def check_kind(content: bytes) -> None:
    """Look at a file from outside, quickly: what passes may still be refused while it is read.

    Raises:
        TableUnreadable, TableTooLarge, WorkbookProtected: no table is in it.
    """
    if len(content) > FILE_BYTES_MAX:
        raise TableTooLarge(FILE_BYTES_MAX >> 20)
    if content.startswith(_COMPOUND):
        raise WorkbookProtected
    if content.startswith(_ZIP):
        Package(content)
    elif not content.strip():
        raise TableUnreadable
    else:
        encoding_of(content)


def read_table(content: bytes) -> Table:
    """Return the table in `content`; its rows are read while they are asked for.

    Raises:
        TableUnreadable, TableTooLarge, WorkbookProtected: now, or while the rows are read.
    """
    check_kind(content)
    return read_workbook(content) if content.startswith(_ZIP) else Table(read_csv(content))
