"""What is refused about one statement: its lines, objections, confirmations and payments."""

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
from incentive.core.i18n import _
from incentive.core.money import yuan


class UnknownStatement(NotFound):
    """No such statement, or none that the caller may know of."""

    code = "merchants.unknown_statement"

    def __init__(self) -> None:
        super().__init__(_("There is no such statement."))


class UnknownLine(NotFound):
    """The statement has no such line, or it is a correction."""

    code = "merchants.unknown_line"

    def __init__(self) -> None:
        super().__init__(_("The statement has no such line of goods."))


class OrdersNotOnLine(Invalid):
    """An order is not among those given of the line, or was taken off before."""

    code = "merchants.orders_not_on_line"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Not all of these orders stand on the line as given. Choose some of its list that"
                " nobody has taken off."
            ),
            field="orders",
        )


class UnknownObjection(NotFound):
    """The statement has no such objection that waits for an answer."""

    code = "merchants.unknown_objection"

    def __init__(self) -> None:
        super().__init__(_("No such objection waits for an answer."))


class UnknownPayment(NotFound):
    """The statement has no such payment, or it was taken back."""

    code = "merchants.unknown_payment"

    def __init__(self) -> None:
        super().__init__(_("The statement has no such payment, or it was taken back."))


class LineObjected(Conflict):
    """An objection to the line waits for its answer."""

    code = "merchants.line_objected"

    def __init__(self) -> None:
        super().__init__(_("An objection to this line waits for its answer already."))


class ObjectionsOpen(Conflict):
    """Objections wait for their answers."""

    code = "merchants.objections_open"

    def __init__(self, count: int) -> None:
        super().__init__(
            _("%(count)s objections wait for their answers. Answer them first.", count=count),
            count=count,
        )


class OwnObjection(Forbidden):
    """Nobody answers their own objection."""

    code = "merchants.own_objection"

    def __init__(self) -> None:
        super().__init__(_("You raised this objection; another person must answer it."))


class SamePerson(Conflict):
    """The first confirmation came from the same person."""

    code = "merchants.same_person"

    def __init__(self) -> None:
        super().__init__(
            _("You have confirmed this statement. The second word must come from another person.")
        )


class SponsorFirst(Conflict):
    """The side that pays has not confirmed the statement as it is."""

    code = "merchants.sponsor_first"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nobody has confirmed this statement for who pays. One person confirms it first,"
                " and another settles it."
            )
        )


class NotAContact(Forbidden):
    """Only a contact of the merchant's speaks for it."""

    code = "merchants.not_a_contact"

    def __init__(self) -> None:
        super().__init__(_("You are no contact of this merchant. One of its contacts must do it."))


class ContactOfMerchant(Forbidden):
    """A contact of the merchant's cannot speak for who pays."""

    code = "merchants.contact_of_merchant"

    def __init__(self) -> None:
        super().__init__(
            _("You speak for this merchant, so you cannot decide for who pays. Ask a colleague.")
        )


class ConfirmedBefore(Conflict):
    """The side has confirmed the statement as it is."""

    code = "merchants.confirmed_before"

    def __init__(self) -> None:
        super().__init__(_("This side has confirmed the statement already."))


class StatementChanged(Conflict):
    """The statement was corrected since the caller read it."""

    code = "merchants.statement_changed"

    def __init__(self, total_fen: int) -> None:
        super().__init__(
            _(
                "The statement was corrected since you read it: it comes to %(total)s yuan now. Look"
                " at its lines again, then confirm.",
                total=yuan(total_fen),
            ),
            field="revision",
            total_fen=total_fen,
        )


class PaidTooMuch(Conflict):
    """More is paid than is owed on the statement."""

    code = "merchants.paid_too_much"

    def __init__(self, outstanding_fen: int) -> None:
        super().__init__(
            _("Only %(left)s yuan are owed on this statement.", left=yuan(outstanding_fen)),
            field="fen",
            outstanding_fen=outstanding_fen,
        )


class PaymentsStand(Conflict):
    """The statement has payments."""

    code = "merchants.payments_stand"

    def __init__(self) -> None:
        super().__init__(
            _("Something was paid on this statement. Take the payment back first, with its reason.")
        )


class PaidInFuture(Invalid):
    """The day of payment is still to come."""

    code = "merchants.paid_in_future"

    def __init__(self) -> None:
        super().__init__(_("This day is still to come."), field="paid_on")
