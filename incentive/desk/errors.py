"""What the desk refuses."""

from incentive.core.errors import Invalid
from incentive.core.i18n import _


class DaysBackwards(Invalid):
    """The first day lies after the last."""

    code = "desk.days_backwards"

    def __init__(self) -> None:
        super().__init__(_("The first day is after the last one. Swap them."), field="from")


class UnknownNumber(Invalid):
    """Nobody has the volunteer number of a filter."""

    code = "desk.unknown_number"

    def __init__(self, field: str) -> None:
        super().__init__(_("Nobody here has this volunteer number. Check it."), field=field)
