"""Why a file that somebody sent is no table that can be read."""

from incentive.core.errors import Invalid
from incentive.core.i18n import _


class TableUnreadable(Invalid):
    """It is neither CSV nor a workbook, or it is broken."""

    code = "tables.unreadable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This is no table that can be read. Send an Excel workbook (.xlsx), or a CSV in"
                " UTF-8, UTF-16 or GB18030."
            ),
            field="file",
        )


class TableTooLarge(Invalid):
    """It is larger, packed or unpacked, than anybody's list is."""

    code = "tables.too_large"

    def __init__(self, megabytes: int) -> None:
        super().__init__(
            _(
                "This file is too large: at most %(megabytes)s MB are read. Copy the list alone"
                " into a new workbook, or send it in parts.",
                megabytes=megabytes,
            ),
            field="file",
            megabytes=megabytes,
        )


class WorkbookProtected(Invalid):
    """It has a password, or is of the kind that Excel wrote before 2007."""

    code = "tables.workbook_protected"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This workbook has a password, or is an old .xls. Open it, take the password off,"
                " and save it as .xlsx."
            ),
            field="file",
        )
