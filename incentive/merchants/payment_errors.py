"""What is refused about a bank's file and its rows."""

from collections.abc import Sequence
from typing import Any

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import Text, _
from incentive.core.money import yuan


class BankFileUnreadable(Invalid):
    """The file is no CSV in UTF-8 or GB18030, or is empty or too large."""

    code = "merchants.bank_file_unreadable"

    def __init__(self, kilobytes_max: int) -> None:
        super().__init__(
            _(
                "This cannot be read as a table. Save it as CSV (UTF-8 or GB18030) of at most"
                " %(size)s kB and try again.",
                size=kilobytes_max,
            ),
            field="file",
            kilobytes_max=kilobytes_max,
        )


class BankColumnsMissing(Invalid):
    """No row names the columns that are needed."""

    code = "merchants.bank_columns_missing"

    def __init__(self, missing: Sequence[Text]) -> None:
        super().__init__(
            _(
                "No row of headings was found with: %(names)s. Name these columns in the first"
                " rows and try again.",
                names="、".join(str(name) for name in missing),
            ),
            field="file",
        )


class BankRowsWrong(Invalid):
    """Rows of the file cannot be read; none was taken in."""

    code = "merchants.bank_rows_wrong"

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        super().__init__(
            _(
                "%(count)s rows cannot be read, the first in line %(line)s: %(why)s Nothing was"
                " taken in; mend the file and send it again.",
                count=len(rows),
                line=rows[0]["line"],
                why=rows[0]["why"],
            ),
            field="file",
            rows=[{"line": row["line"], "why": str(row["why"])} for row in rows[:100]],
        )


class UnknownBankRow(NotFound):
    """No such row of a bank's file, or none that the caller may know of."""

    code = "merchants.unknown_bank_row"

    def __init__(self) -> None:
        super().__init__(_("There is no such row from the bank."))


class SumDiffers(Conflict):
    """What is owed on the statements together is not what was transferred."""

    code = "merchants.sum_differs"

    def __init__(self, paid_fen: int, owed_fen: int) -> None:
        super().__init__(
            _(
                "The transfer is of %(paid)s yuan, and %(owed)s are owed on these statements"
                " together. Choose those that come to just so much.",
                paid=yuan(paid_fen),
                owed=yuan(owed_fen),
            ),
            field="statement_ids",
            paid_fen=paid_fen,
            owed_fen=owed_fen,
        )


class BankRowMatched(Conflict):
    """The row is a statement's payment already."""

    code = "merchants.bank_row_matched"

    def __init__(self) -> None:
        super().__init__(_("This row is matched with a statement already."))
