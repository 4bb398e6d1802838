"""Decisions on what looks invented: how fast is too fast, how many too many, and the words for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from incentive.core.i18n import Text, _

# Faster than this from one shift's place to the next, beyond the first kilometres, nobody is.
SPEED_KM_H: Final = 120
NEAR_M: Final = 2_000
_BANDS_KM: Final = (10, 50)

# So many people checked in by one person within so long: nobody scans a queue so fast.
DEVICE_PEOPLE: Final = 30
DEVICE_WITHIN: Final = timedelta(seconds=60)

# One card in two stewards' hands, at two shifts, within so long.
CARD_WITHIN: Final = timedelta(minutes=10)

# So many records of one person that rest on the word of one other, whom nobody else saw there.
PAIR_RECORDS: Final = 5
PAIR_WITHIN: Final = timedelta(days=30)

KINDS: Final[dict[str, Text]] = {
    "impossible_travel": _("At two places too far apart for the time between."),
    "one_device": _("Many people were checked in by one person, faster than a queue can be."),
    "shared_card": _("The member card was scanned at two shifts at almost the same time."),
    "one_pair": _("Again and again only the same one person saw this service."),
}


class Doubtful(Exception):
    """Among records that are about to be paid as one set, something was found of some."""


def too_fast(metres: float, between: timedelta) -> bool:
    """Say whether nobody could cover `metres` in the time `between` two scans."""
    hours = max(between, timedelta()).total_seconds() / 3600
    return metres > NEAR_M + hours * SPEED_KM_H * 1000


def band(metres: float) -> str:
    """Return how far that is, as coarsely as a reader needs: no more of it is kept."""
    least, most = _BANDS_KM
    if metres <= least * 1000:
        return f"2-{least} km"
    return f"{least}-{most} km" if metres <= most * 1000 else f">{most} km"


def said(kind: str, facts: Mapping[str, Any]) -> Text:
    """Return in words what was seen; what is not known any more is left to the kind's own words."""
    match kind, dict(facts):
        case "impossible_travel", {"distance": distance, "minutes": minutes}:
            return _(
                "The two places are %(distance)s apart, with %(minutes)s minutes on the way.",
                distance=distance,
                minutes=minutes,
            )
        case "one_device", {"people": people}:
            return _(
                "One person checked %(people)s people in at almost the same time.", people=people
            )
        case "one_pair", {"records": records}:
            return _(
                "Of %(records)s records within a month only the same one person knows.",
                records=records,
            )
        case _:
            return KINDS[kind]
