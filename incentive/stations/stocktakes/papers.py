"""A stocktake on paper: to write on while counting, and afterwards to sign and file."""

from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.core.documents import Cell, Column, Document, Table
from incentive.core.i18n import Text, _
from incentive.core.zone import timezone
from incentive.people.caller import Caller
from incentive.stations import service as stations
from incentive.stations.stocktakes import service
from incentive.stations.stocktakes.domain import CAUSES
from incentive.stations.stocktakes.service import StocktakeView

STATES: Final[dict[str, Text]] = {
    "open": _("open"),
    "booked": _("booked"),
    "abandoned": _("given up"),
}
_PAGE: Final = 100


def document(caller: Caller, stocktake_id: UUID, at: datetime) -> tuple[Document, StocktakeView]:
    """Return the paper of a stocktake, and what it is about.

    Raises:
        UnknownStocktake, OutOfScope: nothing is shown.
    """
    found = service.get(caller, stocktake_id)
    station = stations.get(found.station_id, at)
    table = _to_count(caller, found) if found.status == "open" else _result(caller, found)
    paper = Document(
        title=_("Stocktake"),
        made_at=at,
        timezone=timezone(),
        facts=[(term, value) for term, value in _facts(found, station.name) if value],
        tables=[table],
        signatures=[_("Counted by"), _("Checked by"), _("Date")],
        author=station.name,
    )
    return paper, found


def _facts(found: StocktakeView, station: str) -> list[tuple[Text, Cell]]:
    return [
        (_("Station"), station),
        (_("State"), STATES[found.status]),
        (_("Opened"), found.opened_at),
        (_("By"), found.opened_by),
        (_("Closed"), found.closed_at),
        (_("By"), found.closed_by),
        (_("Note"), " ".join(filter(None, (found.note, found.close_note)))),
    ]


def _to_count(caller: Caller, found: StocktakeView) -> Table:
    return Table(
        _("To be counted: everything on the shelf, also what is held for orders"),
        [
            Column(_("Item"), width=4),
            Column(_("Counted"), width=2),
            Column(_("Counted again"), width=2),
            Column(_("Note"), width=3),
        ],
        [[line.item, None, None, None] for line in _lines(caller, found)],
    )


def _result(caller: Caller, found: StocktakeView) -> Table:
    rows: list[list[Cell]] = [
        [
            line.item,
            line.expected,
            line.counted,
            line.difference,
            " ".join(filter(None, (str(CAUSES.get(line.cause, "")), line.note))),
            line.counter,
        ]
        for line in _lines(caller, found)
    ]
    numbers = [[row[at] for row in rows] for at in (1, 2, 3)]
    sums = [sum(n for n in column if isinstance(n, int)) for column in numbers]
    return Table(
        _("Counted"),
        [
            Column(_("Item"), width=4),
            Column(_("In the books"), "number", 2),
            Column(_("Counted"), "number", 2),
            Column(_("Difference"), "number", 2),
            Column(_("Why"), width=4),
            Column(_("Counted by"), width=3),
        ],
        rows,
        totals=[_("Total"), *sums, "", ""],
    )


def _lines(caller: Caller, found: StocktakeView) -> list[service.Line]:
    rows: list[service.Line] = []
    cursor = None
    while True:
        page = service.lines(caller, found.id, cursor=cursor, limit=_PAGE)
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            return rows
