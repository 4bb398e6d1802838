"""What the ledger refuses."""

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import _


class InsufficientPoints(Conflict):
    """The owner does not have that many."""

    code = "ledger.insufficient_points"

    def __init__(self, needed: int | None = None, held: int | None = None) -> None:
        if needed is None:
            super().__init__(_("There are not enough points for this."))
        else:
            super().__init__(
                _("Needs %(needed)s points, has %(held)s.", needed=needed, held=held),
                needed=needed,
                held=held,
            )


class KeyConflict(Conflict):
    """The transaction's key was used for something else."""

    code = "ledger.key_conflict"

    def __init__(self) -> None:
        super().__init__(_("This was booked before with other content. Look at the ledger first."))


class AlreadyClosed(Conflict):
    """The hold was closed, or the transaction reversed, before."""

    code = "ledger.already_closed"

    def __init__(self) -> None:
        super().__init__(_("This was settled already. Look at the ledger to see how."))


class Unbalanced(Invalid):
    """The entries do not sum to zero, or there are none: a fault of the caller's code."""

    code = "ledger.unbalanced"

    def __init__(self, detail: str) -> None:
        super().__init__(_("The entries of a transaction must sum to zero: %(d)s", d=detail))


class UnknownTransaction(NotFound):
    """No transaction has this key."""

    code = "ledger.unknown_transaction"

    def __init__(self) -> None:
        super().__init__(_("There is no such transaction in the ledger."))


class UnknownRun(NotFound):
    """No such comparison of the books was made."""

    code = "ledger.unknown_run"

    def __init__(self) -> None:
        super().__init__(_("There is no such comparison of the books. See the list of them."))
