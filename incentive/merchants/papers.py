"""A statement on paper: what both sides sign, with the books' latest checkpoint on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from incentive.core.clock import local_day
from incentive.core.documents import Column, Document, Ending, Qr, Table, file_name
from incentive.core.i18n import Text, _
from incentive.core.money import yuan
from incentive.ledger import proving
from incentive.merchants.domain import reference
from incentive.merchants.statements import Detail

KINDS: Final[dict[str, Text]] = {
    "given": _("given"),
    "returned": _("returned"),
    "correction": _("correction"),
}
STATES: Final[dict[str, Text]] = {
    "draft": _("draft"),
    "sent": _("before both sides"),
    "confirmed": _("confirmed by both sides"),
    "payable": _("to be paid"),
    "paid": _("paid"),
    "claimed": _("claimed back from the merchant"),
    "returned": _("given back by the merchant"),
    "settled": _("settled, nothing to pay"),
    "reversed": _("reversed"),
}
SIDES: Final[dict[str, Text]] = {
    "merchant": _("Merchant"),
    "sponsor": _("Sponsor or community"),
    "second": _("Second person in place of the merchant"),
}
COLUMNS: Final = (
    Column(_("No."), "number", 1.2),
    Column(_("Item"), width=4),
    Column(_("Station"), width=3.4),
    Column(_("Kind"), width=1.6),
    Column(_("Price (yuan)"), "money", 2),
    Column(_("Quantity"), "number", 1.6),
    Column(_("Amount (yuan)"), "money", 2.4),
)


def paper(detail: Detail, at: datetime, timezone: str, seal: Qr | None = None) -> Document:
    """Return a statement as a document, made at `at`, with the `seal` at its foot."""
    statement, row = detail.statement, detail.row
    facts: list[tuple[str | Text, Any]] = [
        (_("Number"), reference(statement.serial)),
        (_("State"), STATES[statement.status]),
        (_("Merchant"), row.merchant_name),
        (_("Sponsor"), row.sponsor_name),
        (_("First day"), statement.first_day),
        (_("Last day"), statement.last_day),
    ]
    if statement.status in {"claimed", "returned"}:
        owed = yuan(-statement.total_fen)
        back = yuan(-statement.paid_fen)
        facts.append((_("The merchant gives back (yuan)"), owed))
        facts.append((_("Given back so far (yuan)"), back))
    facts += [
        (_("Confirmed: %(side)s", side=SIDES[each[0].side]), _confirmed(each, timezone))
        for each in detail.confirmations
        if each[0].revision == statement.revision
    ]
    return Document(
        title=_("Statement of goods given %(number)s", number=reference(statement.serial)),
        made_at=at,
        timezone=timezone,
        author=row.region_name,
        facts=facts,
        tables=[
            Table(
                _("Goods given and returned"),
                COLUMNS,
                [_cells(line) for line in detail.lines],
                [None, _("Total"), None, None, None, _pieces(detail.lines), statement.total_fen],
            )
        ],
        notes=[
            _("Price: what was agreed for the day on which the goods were given."),
            _("Please quote the number %(number)s on the transfer.", number=facts[0][1]),
        ],
        signatures=[_("Merchant (signature, date)"), _("Sponsor or community (signature, date)")],
        qr=seal,
    )


def checkpoint(timezone: str) -> Qr | None:
    """Return the latest signed checkpoint of the books as a QR code: its note, whole.

    Whoever keeps the paper can hold any later export of the books against it.
    """
    last = proving.checkpoint_last()
    if last is None:
        return None
    caption = _(
        "Checkpoint of the books: %(size)s entries sealed by %(at)s. The code is the signed note;"
        " with it anyone can check that none of them was changed since.",
        size=last.tree_size,
        at=last.at.astimezone(ZoneInfo(timezone)).isoformat(" ", "minutes"),
    )
    return Qr(last.note, caption)


def name(detail: Detail, ending: Ending) -> str:
    """Return what the file is called."""
    statement = detail.statement
    parts = (reference(statement.serial), detail.row.merchant_name, statement.first_day)
    return file_name(*parts, statement.last_day, ending=ending)


def _confirmed(row: Row[*tuple[Any, ...]], timezone: str) -> str:
    at: datetime = row[0].at
    return f"{row.volunteer_number}, {local_day(at, timezone)}"


def _pieces(lines: Sequence[Row[*tuple[Any, ...]]]) -> int:
    return sum(line[0].quantity for line in lines)


def _cells(row: Row[*tuple[Any, ...]]) -> list[Any]:
    line = row[0]
    return [
        line.number,
        row.item_name,
        row.station_name,
        KINDS[line.kind],
        line.price_fen,
        line.quantity,
        line.amount_fen,
    ]
