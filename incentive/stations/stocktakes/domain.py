"""Pure decisions about a stocktake: which causes explain a difference, and when it can be booked."""

from dataclasses import dataclass
from typing import Final

from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.stations.stocktakes.errors import (
    CauseUnfit,
    NotAllCounted,
    NotAllExplained,
    NoteMissing,
    OwnCount,
    StocktakeClosed,
)

STATUSES: Final = ("open", "booked", "abandoned")
SHOW: Final = ("all", "uncounted", "different")
COUNTED_MAX: Final = 10_000_000
ROWS_MAX: Final = 500
CAUSES: Final[dict[str, Text]] = {
    "lost": _("lost"),
    "spoiled": _("spoiled, not written down"),
    "unscanned": _("handed over without a scan"),
    "found": _("found again"),
    "miscounted": _("counted wrong before"),
    "data_error": _("entered wrong"),
    "other": _("other"),
}
_LESS_ONLY: Final = frozenset({"lost", "spoiled", "unscanned"})
_MORE_ONLY: Final = frozenset({"found"})
_NOTED: Final = frozenset({"data_error", "other"})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stocktake is: numbers of items, and pieces more and fewer than in the books."""

    items: int
    counted: int
    different: int
    unexplained: int
    more: int
    fewer: int


def why_not_explain(cause: str, note: str, difference: int) -> IncentiveError | None:
    """Return why `cause` does not explain a `difference` (≠ 0) in pieces, or `None`: it does."""
    if (cause in _LESS_ONLY and difference > 0) or (cause in _MORE_ONLY and difference < 0):
        return CauseUnfit(difference)
    return NoteMissing() if cause in _NOTED and not note else None


def why_not_book(status: str, progress: Progress, *, took_part: bool) -> IncentiveError | None:
    """Return why a stocktake may not be booked now by who `took_part` in it or not, or `None`."""
    if status != "open":
        return StocktakeClosed(status)
    if took_part:
        return OwnCount()
    if progress.counted < progress.items:
        return NotAllCounted(progress.items - progress.counted)
    return NotAllExplained(progress.unexplained) if progress.unexplained else None
