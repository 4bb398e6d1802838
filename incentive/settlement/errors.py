"""What the settlement refuses."""

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import _


class NoRuleInForce(Conflict):
    """No rule version pays this day."""

    code = "settlement.no_rule_in_force"

    def __init__(self, day: str) -> None:
        super().__init__(
            _("No earning rule is in force on %(day)s. Add one that begins earlier.", day=day),
            day=day,
        )


class UnknownFailure(NotFound):
    """No such record is set aside."""

    code = "settlement.unknown_failure"

    def __init__(self) -> None:
        super().__init__(_("This service record is not among those set aside."))


class StatementBackwards(Invalid):
    """The first day of a statement lies after the last."""

    code = "settlement.statement_backwards"

    def __init__(self) -> None:
        super().__init__(_("The first day is after the last one. Swap them."), field="from")
