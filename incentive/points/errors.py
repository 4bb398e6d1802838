"""What of points stands in the way of erasing a person."""

from incentive.core.errors import Conflict
from incentive.core.i18n import _


class DisputesOpen(Conflict):
    """Points of somebody who wants to be erased are disputed."""

    code = "points.disputes_open"

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "Open disputes about points: %(count)s. Wait until they are decided, or ask the"
                " community.",
                count=count,
            ),
            count=count,
        )


class CorrectionsOpen(Conflict):
    """A correction of points of somebody who is to be erased is not decided."""

    code = "points.corrections_open"

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "Corrections of points still to be decided on: %(count)s. It goes on by itself when"
                " they are.",
                count=count,
            ),
            count=count,
        )
