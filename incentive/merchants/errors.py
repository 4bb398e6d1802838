"""What merchants' settlement refuses: parties, agreements and statements."""

from collections.abc import Sequence
from datetime import date

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
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


class UnknownAgreement(NotFound):
    """No such price agreement."""

    code = "merchants.unknown_agreement"

    def __init__(self) -> None:
        super().__init__(_("There is no such price agreement."))


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


class AgreementsOverlap(Conflict):
    """The item has a price agreement on some of these days."""

    code = "merchants.agreements_overlap"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The item has a price agreement on some of these days. End that one the day before"
                " this one begins."
            ),
            field="valid_from",
        )


class AgreementEnded(Conflict):
    """The agreement was ended before, or would last longer."""

    code = "merchants.agreement_ended"

    def __init__(self) -> None:
        super().__init__(
            _("This agreement ends earlier already. Make a new one that begins after it."),
            field="last_day",
        )


class AgreementSettled(Conflict):
    """Goods given later stand on a statement at the agreement's price."""

    code = "merchants.agreement_settled"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Goods given after this day stand on a statement at this price. Choose a later"
                " day, or reverse that statement first."
            ),
            field="last_day",
        )


class AgreementBackwards(Invalid):
    """The agreement's last day lies before its first."""

    code = "merchants.agreement_backwards"

    def __init__(self) -> None:
        super().__init__(
            _("The last day lies before the first. Choose a later one."), field="valid_until"
        )


class PeriodBackwards(Invalid):
    """The period's last day lies before its first."""

    code = "merchants.period_backwards"

    def __init__(self) -> None:
        super().__init__(
            _("The last day lies before the first. Choose a later one."), field="last_day"
        )


class PeriodRunning(Invalid):
    """The period is not over."""

    code = "merchants.period_running"

    def __init__(self, today: str) -> None:
        super().__init__(
            _(
                "Goods may still be given on these days. Choose a last day before %(day)s.",
                day=today,
            ),
            field="last_day",
            today=today,
        )


class PeriodTooLong(Invalid):
    """The period has too many days."""

    code = "merchants.period_too_long"

    def __init__(self, days_max: int) -> None:
        super().__init__(
            _("A statement covers at most %(days)s days. Choose fewer.", days=days_max),
            field="first_day",
            days_max=days_max,
        )


class NothingToSettle(Conflict):
    """The days have nothing to be paid that is on no statement."""

    code = "merchants.nothing_to_settle"

    def __init__(self, total_fen: int, orders: int) -> None:
        if not orders:
            text = _(
                "On these days nothing was given under an agreement of the two that is not on a"
                " statement already."
            )
        else:
            text = _(
                "What was returned outweighs what was given on these days: %(total)s yuan. Settle"
                " them together with later days, or, if no more will be given, draft a closing"
                " statement.",
                total=yuan(total_fen),
            )
        super().__init__(text, total_fen=total_fen, orders=orders)


class WrongState(Conflict):
    """The statement's state does not allow it."""

    code = "merchants.wrong_state"

    def __init__(self, status: str, wanted: Sequence[str]) -> None:
        super().__init__(
            _("The statement's state does not allow this any more, or not yet. Look at it again."),
            status=status,
            wanted=list(wanted),
        )


class NothingOwed(Conflict):
    """The statement comes to nothing or less, so there is nothing to book."""

    code = "merchants.nothing_owed"

    def __init__(self, total_fen: int) -> None:
        super().__init__(
            _(
                "The statement comes to %(total)s yuan, so nothing is to be paid. Settle it instead"
                " of booking it.",
                total=yuan(total_fen),
            ),
            total_fen=total_fen,
        )


class SomethingOwed(Conflict):
    """The statement comes to something, so it cannot be settled without a payment."""

    code = "merchants.something_owed"

    def __init__(self, total_fen: int) -> None:
        super().__init__(
            _(
                "The statement comes to %(total)s yuan that the merchant is owed. Book it as"
                " payable instead.",
                total=yuan(total_fen),
            ),
            total_fen=total_fen,
        )


class MerchantMayAnswer(Conflict):
    """The merchant has not had the time to say something yet."""

    code = "merchants.merchant_may_answer"

    def __init__(self, first_day: date) -> None:
        super().__init__(
            _(
                "The merchant may still answer. Without its word this statement can be settled"
                " from %(day)s on.",
                day=str(first_day),
            ),
            first_day=str(first_day),
        )


class CorrectionTooLarge(Invalid):
    """The correction takes more off a line than is on it."""

    code = "merchants.correction_too_large"

    def __init__(self, pieces: int) -> None:
        super().__init__(
            _("The line has %(pieces)s pieces; no more can be taken off it.", pieces=pieces),
            field="quantity",
            pieces=pieces,
        )
