"""One transaction to the bottom: its entries, what it closes, what caused it, and why that amount."""

from dataclasses import dataclass, replace
from datetime import date
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
class Line:
    """One entry; of a person outside the auditor's scope only whose number it is and how much."""

    line: int
    whose: str
    asset: str
    purpose: str
    amount: int
    account_id: int | None = None
    expires_on: date | None = None
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A transaction with all that leads on from it; `explanation` and `record_id` are an award's."""

    transaction: Transaction
    actor: str
    entries: list[Line]
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
    reach = reach_of(caller)
    within = selection(LedgerFilter(), reach)
    found = session().get(Transaction, transaction_id)
    if found is None or not queries.is_within(within, transaction_id):
        raise UnknownTransaction
    hidden = queries.others_purses(found.id, reach)
    reason = awards.reasons([found.id], language()).get(found.id)
    return Opened(
        found,
        labels([found.actor]).get(found.actor, found.actor),
        [_line(row, hidden) for row in queries.entries_of(found.id)],
        session().scalar(select(Transaction.id).where(Transaction.closes == found.id)),
        open_source(found.source),
        reason.sentences if reason else [],
        reason.record_id if reason else None,
    )


def _line(row: Row[*tuple[Any, ...]], hidden: set[int]) -> Line:
    seen = Line(row.line, row.whose, row.asset, row.purpose, row.amount)
    if row.account_id in hidden:
        return seen
    return replace(seen, account_id=row.account_id, expires_on=row.expires_on, balance=row.balance)


@opens("account")
def _open_account(key: str) -> Source:
    """What expired came from a purse: lead to all that happened on it."""
    return Source(_("Account"), ((_("Number"), key),), (), ("web.desk_ledger", {"account": key}))
