"""What the settlement refuses."""

from collections.abc import Mapping

from incentive.core.errors import Conflict, IncentiveError, Invalid, NotFound
from incentive.core.i18n import _


class NoRuleInForce(Conflict):
    """No rule version pays this day."""

    code = "settlement.no_rule_in_force"

    def __init__(self, day: str) -> None:
        super().__init__(
            _("No earning rule is in force on %(day)s. Add one that begins earlier.", day=day),
            day=day,
        )


class OverBudget(Exception):
    """Some of a batch found no room in their budgets: told to the batch itself, to nobody else.

    `points` are theirs by record, `refused` why, by the key of the transaction to be.
    """

    def __init__(self, points: dict[str, int], refused: Mapping[str, IncentiveError]) -> None:
        super().__init__(len(points))
        self.points = points
        self.refused = refused


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


class UnknownAward(NotFound):
    """Nothing was awarded for this service record."""

    code = "settlement.unknown_award"

    def __init__(self) -> None:
        super().__init__(_("Nothing has been awarded for this service record yet."))
