"""Rows of a station's ledger as CSV and Excel."""

from collections.abc import Iterable, Iterator
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from incentive.core import sheets
from incentive.core.i18n import Text, _
from incentive.core.sheets import Cell, Sheet

HEADINGS: Final[tuple[Text, ...]] = (
    _("Day"),
    _("Time"),
    _("Kind"),
    _("Item"),
    _("Quantity"),
    _("Volunteer number"),
    _("Points in"),
    _("Points out"),
    _("Running total"),
    _("Served by"),
    _("Reason"),
    _("Order"),
)
KINDS: Final[dict[str, Text]] = {
    "redemption": _("handed over"),
    "refund": _("refunded"),
    "adjustment": _("adjusted"),
    "reversal": _("reversed"),
}
# Points in and points out; a row's running total is its own.
_SHEET: Final = Sheet(_("Ledger"), HEADINGS, {1: 20, 3: 24, 10: 24, 11: 38}, (6, 7))


def write_csv(rows: Iterable[Any], file: IO[bytes], timezone: str) -> None:
    """Write headings and rows as CSV in UTF-8 with a byte-order mark."""
    sheets.write_csv(_SHEET, _cells(rows, timezone), file)


def write_xlsx(rows: Iterable[Any], file: IO[bytes], timezone: str) -> None:
    """Write headings, rows and their sums as a workbook."""
    sheets.write_xlsx(_SHEET, _cells(rows, timezone), file)


def _cells(rows: Iterable[Any], timezone: str) -> Iterator[tuple[Cell, ...]]:
    zone = ZoneInfo(timezone)
    kinds = {kind: str(words) for kind, words in KINDS.items()}
    for row in rows:
        yield (
            row.day,
            row.at.astimezone(zone).replace(tzinfo=None, microsecond=0),
            kinds.get(row.kind, row.kind),
            row.item or "",
            row.quantity or "",
            row.volunteer_number or "",
            int(row.points_in),
            int(row.points_out),
            int(row.running_total),
            row.served_by or "",
            row.reason,
            str(row.redemption_id or ""),
        )
