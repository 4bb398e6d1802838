"""What is refused about merchants, sponsors and their budgets."""

from incentive.core.errors import Conflict, Forbidden, NotFound
from incentive.core.i18n import _
from incentive.core.money import yuan


class UnknownMerchant(NotFound):
    """No such merchant, or none that the caller may know of."""

    code = "merchants.unknown_merchant"

    def __init__(self) -> None:
        super().__init__(_("There is no such merchant."))


class UnknownSponsor(NotFound):
    """No such sponsor, or none that the caller may know of."""

    code = "merchants.unknown_sponsor"

    def __init__(self) -> None:
        super().__init__(_("There is no such sponsor."))


class UnknownBudget(NotFound):
    """No such budget."""

    code = "merchants.unknown_budget"

    def __init__(self) -> None:
        super().__init__(_("There is no such budget."))


class UnknownContact(NotFound):
    """Nobody, or nobody any more, speaks for the merchant by this entry."""

    code = "merchants.unknown_contact"

    def __init__(self) -> None:
        super().__init__(_("This person does not speak for the merchant."))


class PartyNameTaken(Conflict):
    """Another merchant, or sponsor, of the region has the name."""

    code = "merchants.name_taken"

    def __init__(self) -> None:
        super().__init__(
            _("This region has one of this name already. Use that one, or another name."),
            field="name",
        )


class ContactKnown(Conflict):
    """The person speaks for the merchant already."""

    code = "merchants.contact_known"

    def __init__(self) -> None:
        super().__init__(
            _("This person speaks for the merchant already."), field="volunteer_number"
        )


class OwnContact(Forbidden):
    """Nobody enters themselves as a merchant's contact."""

    code = "merchants.own_contact"

    def __init__(self) -> None:
        super().__init__(
            _("You cannot enter yourself as a merchant's contact. Ask a colleague to do it."),
            field="volunteer_number",
        )


class BudgetsOverlap(Conflict):
    """The sponsor has a budget on some of these days."""

    code = "merchants.budgets_overlap"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The sponsor has a budget on some of these days. Choose other days, or change"
                " that budget."
            ),
            field="first_day",
        )


class BudgetSpent(Conflict):
    """More of the budget is spent than it would have."""

    code = "merchants.budget_spent"

    def __init__(self, spent_fen: int) -> None:
        super().__init__(
            _(
                "%(spent)s yuan of this budget are spent already; it cannot be less.",
                spent=yuan(spent_fen),
            ),
            field="fen",
            spent_fen=spent_fen,
        )


class NoBudget(Conflict):
    """No budget of the sponsor's covers the statement's days."""

    code = "merchants.no_budget"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The sponsor has no budget for all days of this statement. Enter one, or settle"
                " the days of each budget by themselves."
            )
        )


class NothingSpent(Conflict):
    """No budget of the sponsor's has spent so much on these goods, so none can have it back."""

    code = "merchants.nothing_spent"

    def __init__(self, fen: int) -> None:
        super().__init__(
            _(
                "%(fen)s yuan are to come back, and no single budget has spent so much on these"
                " goods. Settle the statement without payment, and say in the reason what came back.",
                fen=yuan(fen),
            ),
            fen=fen,
        )


class BudgetExceeded(Conflict):
    """The sponsor's budget has less left than the statement comes to."""

    code = "merchants.budget_exceeded"

    def __init__(self, needed_fen: int, left_fen: int) -> None:
        super().__init__(
            _(
                "The statement comes to %(needed)s yuan and the sponsor's budget has %(left)s left."
                " Let the sponsor raise it first.",
                needed=yuan(needed_fen),
                left=yuan(left_fen),
            ),
            needed_fen=needed_fen,
            left_fen=left_fen,
        )


class SpeaksForMerchant(Conflict):
    """Somebody who wants to be erased is a merchant's contact."""

    code = "merchants.speaks_for_merchant"

    def __init__(self) -> None:
        super().__init__(
            _("You speak for a merchant. Ask the community to enter another contact first.")
        )
