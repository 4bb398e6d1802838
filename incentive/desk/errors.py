"""What the desk refuses."""

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import _


class DaysBackwards(Invalid):
    """The first day lies after the last."""

    code = "desk.days_backwards"

    def __init__(self) -> None:
        super().__init__(_("The first day is after the last one. Swap them."), field="from")


class TooManyPeriods(Invalid):
    """The days make more periods than a picture can show."""

    code = "desk.too_many_periods"

    def __init__(self, periods: int, most: int) -> None:
        super().__init__(
            _(
                "These days make %(periods)s periods; a chart shows up to %(most)s."
                " Choose fewer days, or weeks or months.",
                periods=periods,
                most=most,
            ),
            field="unit",
            periods=periods,
            most=most,
        )


class UnknownNumber(Invalid):
    """Nobody has the volunteer number of a filter."""

    code = "desk.unknown_number"

    def __init__(self, field: str) -> None:
        super().__init__(_("Nobody here has this volunteer number. Check it."), field=field)


class LeavesOutOfRange(Invalid):
    """There are not so many leaves, or it is too many at once."""

    code = "desk.leaves_out_of_range"

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            _(
                "There are %(size)s sealed rows; ask for up to %(most)s of them at once.",
                size=size,
                most=most,
            ),
            field="to",
            size=size,
            most=most,
        )


class NothingSealed(Conflict):
    """No checkpoint yet: there is no seed that nobody chose."""

    code = "desk.nothing_sealed"

    def __init__(self) -> None:
        super().__init__(
            _("Nothing is sealed yet, so there is no seed that nobody chose. Try in a minute.")
        )


class NothingInDays(Invalid):
    """There is nothing to draw from."""

    code = "desk.nothing_in_days"

    def __init__(self) -> None:
        super().__init__(
            _("There is no transaction in these days. Widen them, or take another kind."),
            field="from",
        )


class UnknownSample(NotFound):
    """No such sample that the auditor may see."""

    code = "desk.unknown_sample"

    def __init__(self) -> None:
        super().__init__(_("There is no such sample. Look at the list of samples."))


class UnknownTransaction(NotFound):
    """No such transaction in the auditor's scope."""

    code = "desk.unknown_transaction"

    def __init__(self) -> None:
        super().__init__(_("There is no such transaction in your scope. Check the number."))
