"""A sample's worksheet as a paper: to be filled in, signed and filed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from incentive.core.documents import Cell, Column, Document, Table
from incentive.core.i18n import Text, _
from incentive.core.zone import timezone
from incentive.desk.samples import Worksheet
from incentive.desk.words import KINDS

HOW = _(
    "Drawn are the transactions whose SHA-256 of the seed, a colon and the transaction's number in"
    " digits is smallest. If the kinds take turns, each gives its smallest in every round."
)


def paper(sheet: Worksheet, at: datetime) -> Document:
    """Return the worksheet as a document made at `at`."""
    sample = sheet.sample
    return Document(
        title=_("Spot check"),
        made_at=at,
        timezone=timezone(),
        facts=(
            (_("From day"), sample.first_day),
            (_("To day"), sample.last_day),
            (_("Drawn at"), sample.made_at),
            (_("Drawn by"), sheet.made_by),
            (_("Transactions to draw from"), sample.population),
            (_("Up to transaction"), sample.last_id),
            (_("Seed"), sample.seed),
            (_("Rows checked"), sheet.checked),
            (_("Vouchers missing"), sheet.missing),
        ),
        tables=(
            Table(
                _("Rows"),
                (
                    Column("#", "number", 0.4),
                    Column(_("Transaction"), "number"),
                    Column(_("Day")),
                    Column(_("Kind")),
                    Column(_("Amount"), "number"),
                    Column(_("Source"), width=2.4),
                    Column(_("Voucher seen")),
                    Column(_("Note"), width=2),
                ),
                [_cells(row) for row in sheet.rows],
            ),
        ),
        notes=(HOW,),
        signatures=(_("Checked by"), _("Seen by the station or community")),
    )


def _cells(row: Row[*tuple[Any, ...]]) -> tuple[Cell, ...]:
    kind: Text | str = KINDS.get(row.kind, row.kind)
    return (
        row.position,
        row.id,
        row.effective_on,
        kind,
        row.amount,
        row.source,
        None if row.voucher_seen is None else _("yes") if row.voucher_seen else _("no"),
        row.note or "",
    )
