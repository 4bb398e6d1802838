"""What stations refuse."""

from datetime import datetime

from incentive.core.errors import Conflict, Forbidden, IncentiveError, Invalid, NotFound
from incentive.core.i18n import _


class UnknownStation(NotFound):
    """No such station here."""

    code = "stations.unknown_station"

    def __init__(self) -> None:
        super().__init__(_("There is no such station. Choose one from the list."))


class UnknownItem(NotFound):
    """No such item here."""

    code = "stations.unknown_item"

    def __init__(self) -> None:
        super().__init__(
            _("There is no such item. Choose one from the station's list."), field="item_id"
        )


class UnknownRedemption(NotFound):
    """No such redemption, or not the caller's to see."""

    code = "stations.unknown_redemption"

    def __init__(self) -> None:
        super().__init__(_("There is no such order of yours or at your station."))


class UnknownCode(NotFound):
    """The code has a good shape, and no order here has it."""

    code = "stations.unknown_code"

    def __init__(self) -> None:
        super().__init__(_("No order has this code. Ask to see the order once more."))


class CodeGarbled(Invalid):
    """Misread or mistyped."""

    code = "stations.code_garbled"

    def __init__(self) -> None:
        super().__init__(
            _("This is not a whole code. Scan it again, or type all of it."), field="code"
        )


class CodeOfAnotherKind(Invalid):
    """A member card's or a shift's code, not an order's."""

    code = "stations.code_of_another_kind"

    def __init__(self) -> None:
        super().__init__(
            _("This code is not an order's. Ask for the code of the order: it begins with X."),
            field="code",
        )


class UnknownRegion(Invalid):
    """The region named in the request does not exist now."""

    code = "stations.unknown_region"

    def __init__(self) -> None:
        super().__init__(_("There is no such region. Check its code."), field="region")


class HoursUnusable(Invalid):
    """The opening hours cannot be read as a week."""

    code = "stations.hours_unusable"

    def __init__(self, day: str) -> None:
        super().__init__(
            _(
                "The hours of %(day)s cannot be right. Give spans like 09:00 to 18:00, one after"
                " the other, at most four a day.",
                day=day,
            ),
            field="hours",
            day=day,
        )


class PlaceIncomplete(Invalid):
    """One coordinate without the other."""

    code = "stations.place_incomplete"

    def __init__(self) -> None:
        super().__init__(_("Give both latitude and longitude, or neither."), field="latitude")


class DaysBackwards(Invalid):
    """The first day of a ledger's filter lies after the last."""

    code = "stations.days_backwards"

    def __init__(self) -> None:
        super().__init__(_("The first day is after the last one. Swap them."), field="from")


class NameTaken(Conflict):
    """Another station of the region, or item of the station, has this name."""

    code = "stations.name_taken"

    def __init__(self) -> None:
        super().__init__(_("This name is taken here. Choose another."), field="name")


class StationClosed(Conflict):
    """The station gives nothing out at present."""

    code = "stations.station_closed"

    def __init__(self) -> None:
        super().__init__(_("This station is closed at present. Choose another station."))


class ItemWithdrawn(Conflict):
    """The item is no longer offered."""

    code = "stations.item_withdrawn"

    def __init__(self) -> None:
        super().__init__(_("This item is no longer offered. Choose another item."), field="item_id")


class OutOfStock(Conflict):
    """There are not that many left."""

    code = "stations.out_of_stock"

    def __init__(self, wanted: int, left: int) -> None:
        super().__init__(
            _(
                "You want %(wanted)s, and %(left)s are left. Take fewer, or come back later.",
                wanted=wanted,
                left=left,
            ),
            field="quantity",
            wanted=wanted,
            left=left,
        )


class PriceChanged(Conflict):
    """The order costs something else than what the person was shown."""

    code = "stations.price_changed"

    def __init__(self, shown: int, now: int) -> None:
        super().__init__(
            _(
                "This costs %(now)s points now, and you were shown %(shown)s. Nothing was held."
                " Order again if you want it for %(now)s.",
                shown=shown,
                now=now,
            ),
            field="points",
            shown=shown,
            now=now,
        )


class LimitReached(Conflict):
    """One person may not have so many of this item."""

    code = "stations.limit_reached"

    def __init__(self, limit: int, had: int) -> None:
        super().__init__(
            _(
                "One person may have %(limit)s of this, and you have had %(had)s.",
                limit=limit,
                had=had,
            ),
            field="quantity",
            limit=limit,
            had=had,
        )


class OtherStation(Conflict):
    """The order is to be collected elsewhere."""

    code = "stations.other_station"

    def __init__(self, station: str) -> None:
        super().__init__(
            _(
                "This order is to be collected at %(station)s. Send the person there.",
                station=station,
            ),
            station=station,
        )


class OwnRedemption(Forbidden):
    """Nobody serves themselves at the counter."""

    code = "stations.own_redemption"

    def __init__(self) -> None:
        super().__init__(_("This is your own order. Somebody else at the counter must do this."))


class AlreadyCollected(Conflict):
    """The code was used."""

    code = "stations.already_collected"

    def __init__(self, collected_at: datetime, shown: str) -> None:
        super().__init__(
            _("This order was handed over at %(time)s. Do not hand it over again.", time=shown),
            collected_at=collected_at.isoformat(),
        )


class NotCollected(Conflict):
    """Only what was handed over can be refunded."""

    code = "stations.not_collected"

    def __init__(self, status: str) -> None:
        super().__init__(
            _("Only an order that was handed over can be refunded. Look at its state first."),
            state=status,
        )


class RefundTooLate(Conflict):
    """The time for a refund is over."""

    code = "stations.refund_too_late"

    def __init__(self, days: int) -> None:
        super().__init__(
            _("Refunds are made within %(days)s days. Ask the administrator.", days=days), days=days
        )


class Gone(IncentiveError):
    """There was such an order, and it is over for good."""

    status = 410


class RedemptionLapsed(Gone):
    """Not collected in time."""

    code = "stations.redemption_lapsed"

    def __init__(self) -> None:
        super().__init__(
            _("This order was not collected in time; its points go back. Order again.")
        )


class RedemptionCancelled(Gone):
    """Cancelled before it was collected."""

    code = "stations.redemption_cancelled"

    def __init__(self) -> None:
        super().__init__(_("This order was cancelled and its points went back. Order again."))


class RedemptionRefunded(Gone):
    """Handed over, then refunded."""

    code = "stations.redemption_refunded"

    def __init__(self) -> None:
        super().__init__(_("This order was refunded. Order again."))


class OrdersOpen(Conflict):
    """Somebody who wants to be erased has orders that wait at a counter."""

    code = "stations.orders_open"

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "Orders that wait to be collected: %(count)s. Collect or cancel them first.",
                count=count,
            ),
            count=count,
        )
