"""What is refused about a price agreement."""

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import _


class UnknownAgreement(NotFound):
    """No such price agreement."""

    code = "merchants.unknown_agreement"

    def __init__(self) -> None:
        super().__init__(_("There is no such price agreement."))


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
