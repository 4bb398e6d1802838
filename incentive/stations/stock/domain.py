"""Pure decisions about goods: which movements there are, and on which day one counts."""

from datetime import date, timedelta
from typing import Final

from incentive.core.i18n import Text, _
from incentive.stations.stock.errors import DayOutOfRange

BACKDATED_DAYS_MAX: Final = 31
COST_FEN_MAX: Final = 100_000_000
# What a person wrote down by hand, so that a counter-movement may take it back.
CORRECTABLE: Final = ("received", "spoiled", "sent_back")
KINDS: Final[dict[str, Text]] = {
    "received": _("received"),
    "held": _("held for an order"),
    "given": _("given out"),
    "returned": _("back from an order"),
    "spoiled": _("spoiled"),
    "sent_back": _("sent back to the supplier"),
    "corrected": _("corrected"),
    "counted": _("booked from a count"),
}
CAUSES: Final[dict[str, Text]] = {
    "expired": _("past its date"),
    "damaged": _("damaged"),
    "wet": _("wet or mouldy"),
    "recalled": _("recalled"),
    "other": _("other"),
}


def counts_on(day: date | None, today: date) -> date:
    """Return the local day to which goods count: `day`, or today if none is given.

    Raises:
        DayOutOfRange: `day` is to come, or too long ago to be written down now.
    """
    if day is None:
        return today
    if not today - timedelta(days=BACKDATED_DAYS_MAX) <= day <= today:
        raise DayOutOfRange(BACKDATED_DAYS_MAX)
    return day
