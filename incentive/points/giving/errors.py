"""What giving points away refuses."""

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
from incentive.core.i18n import _


class DonationsOff(Forbidden):
    """The jurisdiction does not let people donate points."""

    code = "points.donations_off"

    def __init__(self) -> None:
        super().__init__(_("Points cannot be donated here."))


class CapReached(Conflict):
    """More in a month than one person may give away."""

    code = "points.cap_reached"

    def __init__(self, cap: int, left: int) -> None:
        super().__init__(
            _(
                "One person may give away %(cap)s points a month in this way;"
                " %(left)s are left this month.",
                cap=cap,
                left=left,
            ),
            field="points",
            cap=cap,
            left=left,
        )


class RecipientAway(Conflict):
    """The family member cannot take points at present."""

    code = "points.recipient_away"

    def __init__(self) -> None:
        super().__init__(
            _("This family member cannot take points at present. Ask a community worker.")
        )


class UnknownFund(NotFound):
    """There is no such region or station to give to."""

    code = "points.unknown_fund"

    def __init__(self) -> None:
        super().__init__(_("There is no such fund. Choose your community or a station."))


class FundUnclear(Invalid):
    """A donation goes to one region or to one station."""

    code = "points.fund_unclear"

    def __init__(self) -> None:
        super().__init__(_("Name either a region or a station to give to."), field="region")
