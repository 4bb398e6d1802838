"""One transaction to the bottom: its entries, what it closes, what caused it, and why that amount."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from incentive.core.db import session
from incentive.core.i18n import _, language
from incentive.desk import ledger_queries as queries
from incentive.desk.errors import UnknownTransaction
from incentive.desk.labels import labels
from incentive.desk.ledger_filter import LedgerFilter, selection
from incentive.desk.reach import reach_of
from incentive.ledger.models import Transaction
from incentive.ledger.sources import Source, open_source, opens
from incentive.people.caller import Caller
from incentive.settlement import awards


@dataclass(frozen=True, slots=True)
class Opened:
    """A transaction with all that leads on from it; `explanation` and `record_id` are an award's."""

    transaction: Transaction
    actor: str
    entries: list[Row[*tuple[Any, ...]]]
    closed_by: int | None
    source: Source | None
    explanation: list[str]
    record_id: UUID | None


def opened(caller: Caller, transaction_id: int) -> Opened:
    """Return a transaction in the caller's scope.

    Raises:
        OutOfScope: the caller audits nothing.
        UnknownTransaction: there is none that the caller may see.
    """
    within = selection(LedgerFilter(), reach_of(caller))
    found = session().get(Transaction, transaction_id)
    if found is None or not queries.is_within(within, transaction_id):
        raise UnknownTransaction
    reason = awards.reasons([found.id], language()).get(found.id)
    return Opened(
        found,
        labels([found.actor]).get(found.actor, found.actor),
        list(queries.entries_of(found.id)),
        session().scalar(select(Transaction.id).where(Transaction.closes == found.id)),
        open_source(found.source),
        reason.sentences if reason else [],
        reason.record_id if reason else None,
    )


@opens("account")
def _open_account(key: str) -> Source:
    """What expired came from a purse: lead to all that happened on it."""
    return Source(_("Account"), ((_("Number"), key),), (), ("web.desk_ledger", {"account": key}))
