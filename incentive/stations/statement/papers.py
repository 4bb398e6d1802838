"""A station's statement on paper: the same figures as on the page, as PDF or workbook."""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from incentive.core.documents import Column, Document, Table
from incentive.core.i18n import Text, _
from incentive.core.zone import timezone
from incentive.stations.statement.service import Statement
from incentive.stations.views import StationView

WORDS: Final[dict[str, Text]] = {
    "opening": _("Opening"),
    "received": _("Received"),
    "given": _("Given out"),
    "returned": _("Returned"),
    "spoiled": _("Spoiled"),
    "sent_back": _("Sent back"),
    "counted": _("Counted more or less"),
    "corrected": _("Corrected"),
    "closing": _("Closing"),
    "held": _("Of it held"),
}


def document(station: StationView, found: Statement, at: datetime) -> Document:
    """Return the paper of a statement."""
    goods = Table(
        _("Goods, in pieces on the shelf"),
        [
            Column(_("Item"), width=4),
            *(Column(label, "number", 1.7) for label in WORDS.values()),
        ],
        [[row.item, *asdict(row.goods).values()] for row in found.goods],
        totals=[_("Total"), *asdict(found.total).values()],
    )
    points = Table(
        _("Orders and points"),
        [
            Column(_("Orders handed over"), "number"),
            Column(_("Refunds"), "number"),
            Column(_("Points in"), "number"),
            Column(_("Points back"), "number"),
            Column(_("Points that stayed"), "number"),
        ],
        [[found.orders, found.refunds, found.points_in, found.points_out, found.net]],
    )
    return Document(
        title=_("Station statement"),
        made_at=at,
        timezone=timezone(),
        facts=[
            (_("Station"), station.name),
            (_("Address"), station.address),
            (_("From day"), found.first_day),
            (_("To day"), found.last_day),
        ],
        tables=[points, goods],
        notes=[_("Points are those of the station's ledger; nothing is paid in cash here.")],
        signatures=[_("Station manager"), _("Checked by"), _("Date")],
        author=station.name,
    )
