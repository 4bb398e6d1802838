"""What is refused of a statement as a whole: its days, its total, its state."""

from collections.abc import Sequence
from datetime import date

from incentive.core.errors import Conflict, Invalid
from incentive.core.i18n import _
from incentive.core.money import yuan


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


class NothingToClaim(Conflict):
    """The statement comes to nothing or more, so the merchant has nothing to give back."""

    code = "merchants.nothing_to_claim"

    def __init__(self, total_fen: int) -> None:
        super().__init__(
            _(
                "The statement comes to %(total)s yuan, so the merchant owes nothing on it. Book"
                " it as payable, or settle it if it comes to nothing.",
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


class WrongState(Conflict):
    """The statement's state does not allow it."""

    code = "merchants.wrong_state"

    def __init__(self, status: str, wanted: Sequence[str]) -> None:
        super().__init__(
            _("The statement's state does not allow this any more, or not yet. Look at it again."),
            status=status,
            wanted=list(wanted),
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
