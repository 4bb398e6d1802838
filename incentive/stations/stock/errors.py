"""What is refused of goods that come and go."""

from datetime import date
from uuid import UUID

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import _


class UnknownMovement(NotFound):
    """No such movement of stock here."""

    code = "stations.unknown_movement"

    def __init__(self) -> None:
        super().__init__(_("There is no such movement of stock. Choose one from the list."))


class DayOutOfRange(Invalid):
    """Goods count today or on a day not long ago."""

    code = "stations.day_out_of_range"

    def __init__(self, days: int) -> None:
        super().__init__(
            _(
                "Goods are written down for today, or for one of the last %(days)s days."
                " Choose such a day.",
                days=days,
            ),
            field="day",
            days=days,
        )


class StockTooLarge(Conflict):
    """More than the books keep of one item."""

    code = "stations.stock_too_large"

    def __init__(self, most: int) -> None:
        super().__init__(
            _("A station keeps at most %(most)s of an item. Check the quantity.", most=most),
            field="quantity",
            most=most,
        )


class StockTooSmall(Conflict):
    """So many are not free: the rest waits for who ordered it."""

    code = "stations.stock_too_small"

    def __init__(self, wanted: int, free: int, held: int) -> None:
        super().__init__(
            _(
                "%(wanted)s are to go, and %(free)s are free; %(held)s more are held for orders."
                " Check the quantity, or cancel orders that cannot be served.",
                wanted=wanted,
                free=free,
                held=held,
            ),
            field="quantity",
            wanted=wanted,
            free=free,
            held=held,
        )


class NotCorrectable(Conflict):
    """Orders and counts put their own movements right."""

    code = "stations.not_correctable"

    def __init__(self, kind: str) -> None:
        super().__init__(
            _(
                "Only goods received, spoiled or sent back are corrected here. For an order use"
                " the counter, for a count make a new stocktake."
            ),
            kind=kind,
        )


class AlreadyCorrected(Conflict):
    """A movement is taken back once."""

    code = "stations.already_corrected"

    def __init__(self) -> None:
        super().__init__(
            _("This movement was corrected before. Look at the list of movements first.")
        )


class CountedSince(Conflict):
    """A booked stocktake has the mistake in its difference."""

    code = "stations.counted_since"

    def __init__(self, stocktake_id: UUID, day: date) -> None:
        super().__init__(
            _(
                "These goods were counted afterwards, and the stocktake booked on %(day)s put the"
                " number right. If the shelf does not agree, count it again.",
                day=day.isoformat(),
            ),
            stocktake_id=str(stocktake_id),
            day=day.isoformat(),
        )
