"""What exports and receipts refuse."""

from incentive.core.errors import Conflict, Invalid
from incentive.core.i18n import _


class NothingSealed(Conflict):
    """There is no checkpoint yet."""

    code = "ledger.nothing_sealed"

    def __init__(self) -> None:
        super().__init__(_("Nothing is sealed yet. Try again in a minute."))


class NoSuchExport(Invalid):
    """No sealed row lies between the ends of an export."""

    code = "ledger.no_such_export"

    def __init__(self, tree_size: int) -> None:
        super().__init__(
            _(
                "%(n)s rows are sealed. An export begins at one from 0 on and ends after it.",
                n=tree_size,
            ),
            field="from",
            tree_size=tree_size,
        )


class ExportTooLong(Invalid):
    """More rows than one request may export."""

    code = "ledger.export_too_long"

    def __init__(self, rows: int, most: int) -> None:
        super().__init__(
            _(
                "These are %(rows)s rows, and one request exports %(most)s. Ask for them in parts,"
                " or have them exported on the server: incentive ledger export.",
                rows=rows,
                most=most,
            ),
            field="to",
            rows=rows,
            most=most,
        )


class ReceiptNotReady(Conflict):
    """The transaction is not under a signed checkpoint yet."""

    code = "ledger.receipt_not_ready"

    def __init__(self) -> None:
        super().__init__(
            _("This entry will be sealed within a minute. Ask for its receipt again then.")
        )


class ReceiptDoesNotHold(Conflict):
    """What stands in the books now is not what was sealed."""

    code = "ledger.receipt_does_not_hold"

    def __init__(self, transaction_id: int) -> None:
        super().__init__(
            _(
                "Entry %(id)s is no longer what was sealed. Tell the auditors its number: they can"
                " find out what was changed.",
                id=transaction_id,
            ),
            transaction=transaction_id,
        )
