"""How an auditor opens a statement: between whom, for which days, how much, and who did what."""

from uuid import UUID

from sqlalchemy import select

from incentive.core.db import session
from incentive.core.i18n import _
from incentive.core.money import yuan
from incentive.ledger.sources import Source, opens
from incentive.merchants import domain
from incentive.merchants.models import Merchant, Sponsor
from incentive.merchants.statement_models import Statement
from incentive.people import service as people


@opens("statement")
def open_statement(key: str) -> Source | None:
    """Return the statement `key`."""
    row = (
        session()
        .execute(
            select(Statement, Merchant.name.label("merchant"), Sponsor.name.label("sponsor"))
            .join(Merchant, Merchant.id == Statement.merchant_id)
            .join(Sponsor, Sponsor.id == Statement.sponsor_id)
            .where(Statement.id == UUID(key))
        )
        .one_or_none()
    )
    if row is None:
        return None
    found: Statement = row[0]
    numbers = people.numbers_of([found.made_by])
    return Source(
        _("Statement"),
        (
            (_("Number"), domain.reference(found.serial)),
            (_("Merchant"), row.merchant),
            (_("Sponsor"), row.sponsor),
            (_("From day"), found.first_day),
            (_("To day"), found.last_day),
            (_("Total in yuan"), yuan(found.total_fen)),
            (_("Paid in yuan"), yuan(found.paid_fen)),
            (_("Status"), found.status),
            (_("Reason"), found.close_reason),
            (_("Made by"), numbers.get(found.made_by, "")),
        ),
    )
