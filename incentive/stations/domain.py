"""Pure decisions: opening hours, the square around a place, what may become of an order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, degrees, radians
from typing import Any, Final
from zoneinfo import ZoneInfo

from incentive.core.errors import IncentiveError
from incentive.stations.errors import (
    AlreadyCollected,
    HoursUnusable,
    NotCollected,
    RedemptionCancelled,
    RedemptionLapsed,
    RedemptionRefunded,
    RefundTooLate,
)

KINDS: Final = ("station", "points_supermarket", "service_centre")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS_MAX: Final = 4
STATUSES: Final = ("held", "collected", "cancelled", "lapsed", "refunded")
HELD_FOR: Final = timedelta(hours=72)
REFUND_DAYS_MAX: Final = 30
QUANTITY_MAX: Final = 1000
POINTS_MAX: Final = 1_000_000
RECEIPT_MAX: Final = 100_000
# Far below what the column holds, so that goods coming back always fit.
STOCK_MAX: Final = 10_000_000
EARTH_RADIUS_METRES: Final = 6_371_008.8
METRES_MAX: Final = 200_000
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")

Hours = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Box:
    """Latitudes and longitudes (degrees) that hold a circle; longitudes `None` are all of them."""

    latitudes: tuple[float, float]
    longitudes: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Moment:
    """What a decision about a redemption rests on: its state and its two instants."""

    status: str
    expires_at: datetime
    collected_at: datetime | None


def check_hours(hours: Hours) -> None:
    """Let pass only a week of spans that can be: in order, apart, within the day.

    A span past midnight is written as two: until 24:00, and from 00:00 the day after.

    Raises:
        HoursUnusable: which names the first day that is wrong.
    """
    for day, spans in hours.items():
        flat = [end for span in spans for end in span]
        if (
            day not in DAYS
            or len(spans) > SPANS_MAX
            or any(len(span) != 2 for span in spans)  # noqa: PLR2004 - from and until
            or not all(_TIME.fullmatch(end) for end in flat)
            or flat != sorted(set(flat))
        ):
            raise HoursUnusable(day)


def is_open(hours: Hours, at: datetime, timezone: str) -> bool:
    """Say whether the instant `at` lies in the opening hours, told by the clock of `timezone`."""
    local = at.astimezone(ZoneInfo(timezone))
    spans = hours.get(DAYS[local.weekday()], ())
    return any(start <= f"{local:%H:%M}" < end for start, end in spans)


def box_around(latitude: float, longitude: float, metres: float) -> Box:
    """Return the box that holds every place within `metres` of a place in degrees."""
    high = degrees(metres / EARTH_RADIUS_METRES)
    latitudes = (latitude - high, latitude + high)
    widest = max(abs(latitudes[0]), abs(latitudes[1]))
    if widest >= 90:  # noqa: PLR2004 - a pole: every longitude is near
        return Box(latitudes, None)
    wide = high / cos(radians(widest))
    longitudes = (longitude - wide, longitude + wide)
    if longitudes[0] < -180 or longitudes[1] > 180:  # noqa: PLR2004 - over the date line
        return Box(latitudes, None)
    return Box(latitudes, longitudes)


def why_not_collect(order: Moment, at: datetime, timezone: str) -> IncentiveError | None:
    """Return why an order may not be handed over at `at`, or `None`: hand it over."""
    match order.status:
        case "held" if at < order.expires_at:
            return None
        case "held" | "lapsed":
            return RedemptionLapsed()
        case "cancelled":
            return RedemptionCancelled()
        case "refunded":
            return RedemptionRefunded()
        case _:
            collected_at = order.collected_at or at
            shown = f"{collected_at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"
            return AlreadyCollected(collected_at, shown)


def why_not_cancel(order: Moment, at: datetime, timezone: str) -> IncentiveError | None:
    """Return why an order may not be cancelled, or `None`: as long as it is held, it may."""
    return None if order.status == "held" else why_not_collect(order, at, timezone)


def why_not_refund(order: Moment, at: datetime) -> IncentiveError | None:
    """Return why an order may not be refunded at `at`, or `None`: refund it."""
    if order.status == "refunded":
        return RedemptionRefunded()
    if order.status != "collected" or order.collected_at is None:
        return NotCollected(order.status)
    if at > order.collected_at + timedelta(days=REFUND_DAYS_MAX):
        return RefundTooLate(REFUND_DAYS_MAX)
    return None


def owner(station_id: Any) -> str:
    """Return the name under which the ledger keeps a station's points."""
    return f"station:{station_id}"
