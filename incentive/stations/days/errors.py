"""What is refused of closing a day."""

from datetime import date

from incentive.core.errors import Conflict, NotFound
from incentive.core.i18n import _


class UnknownDay(NotFound):
    """No day of this station's."""

    code = "stations.unknown_day"

    def __init__(self) -> None:
        super().__init__(
            _("The station has no such day. Choose one from its opening until today."), field="day"
        )


class DayClosed(Conflict):
    """A day is closed once."""

    code = "stations.day_closed"

    def __init__(self, day: date) -> None:
        super().__init__(
            _(
                "This day is closed and stays so. What has to be put right is added as an amendment."
            ),
            day=day.isoformat(),
        )


class DayOpen(Conflict):
    """Only what is closed can be amended."""

    code = "stations.day_open"

    def __init__(self, day: date) -> None:
        super().__init__(_("This day is still open. Close it first."), day=day.isoformat())


class NothingToAmend(Conflict):
    """Nothing came since the day was signed."""

    code = "stations.nothing_to_amend"

    def __init__(self) -> None:
        super().__init__(
            _("Nothing was booked on this day since it was signed; there is nothing to amend.")
        )
