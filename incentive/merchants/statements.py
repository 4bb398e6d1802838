"""Statements: looked at, sent, and reversed in the open if wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.merchants import order_queries, payment_queries, queries, statement_queries
from incentive.merchants.domain import BOOKED, check_state, source
from incentive.merchants.errors import BudgetExceeded
from incentive.merchants.refusing import refusing
from incentive.merchants.statement_errors import PaymentsStand, UnknownLine, UnknownStatement
from incentive.merchants.statement_models import Statement
from incentive.people import acts
from incentive.people.caller import Caller


@dataclass(frozen=True, slots=True)
class Detail:
    """A statement with all that belongs to it, each as rows of `statement_queries`."""

    row: Row[*tuple[Any, ...]]
    lines: Sequence[Row[*tuple[Any, ...]]]
    objections: Sequence[Row[*tuple[Any, ...]]]
    confirmations: Sequence[Row[*tuple[Any, ...]]]
    payments: Sequence[Row[*tuple[Any, ...]]]

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        found: Statement = self.row[0]
        return found


def listing(
    caller: Caller,
    *,
    status: str | None = None,
    merchant_id: UUID | None = None,
    sponsor_id: UUID | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Return a page of statements, the newest first; of days: all that share one with them.

    Of the caller's regions, and of the merchants that they speak for.
    """
    mine = queries.merchants_of(caller.person_id)
    paths = caller.regions_for("statement.read")
    found = statement_queries.statements().where(queries.within(paths, mine))
    if status:
        found = found.where(Statement.status == status)
    if merchant_id:
        found = found.where(Statement.merchant_id == merchant_id)
    if sponsor_id:
        found = found.where(Statement.sponsor_id == sponsor_id)
    if first_day:
        found = found.where(Statement.last_day >= first_day)
    if last_day:
        found = found.where(Statement.first_day <= last_day)
    key = [Statement.id]
    return page(found, key, cursor=cursor, limit=limit, newest_first=True, scalars=False)


def detail(caller: Caller, statement_id: UUID) -> Detail:
    """Return a statement whole.

    Raises:
        UnknownStatement: none, or none in the caller's regions nor of a merchant of theirs.
    """
    row = visible(caller, statement_queries.statement(statement_id))
    return Detail(
        row,
        statement_queries.lines(statement_id),
        statement_queries.objections(statement_id),
        statement_queries.confirmations(statement_id),
        payment_queries.payments(statement_id),
    )


def orders(
    caller: Caller, statement_id: UUID, number: int, *, cursor: str | None, limit: int
) -> Page:
    """Return a page of the orders behind a line of goods, as they were given.

    Raises:
        UnknownStatement, UnknownLine: nothing is shown.
    """
    visible(caller, statement_queries.statement(statement_id))
    line = statement_queries.line(statement_id, number)
    if line is None:
        raise UnknownLine
    found, key = order_queries.orders(line.id), order_queries.orders_key()
    return page(found, key, cursor=cursor, limit=limit, scalars=False)


def send(caller: Caller, statement_id: UUID, at: datetime) -> Detail:
    """Put a draft before both sides.

    Raises:
        UnknownStatement, OutOfScope, WrongState: nothing was written.
    """
    found = locked(caller, statement_id)
    caller.require("statement.make", region_path=found.region_path)
    statement: Statement = found[0]
    check_state(statement.status, "draft")
    statement.status, statement.sent_by, statement.sent_at = "sent", caller.person_id, at
    session().flush()
    _told(caller, "statement.send", statement, "draft")
    return detail(caller, statement_id)


def reverse(caller: Caller, statement_id: UUID, *, reason: str, at: datetime) -> Detail:
    """Take a wrong statement out: its charge is reversed, its orders may stand on another.

    Raises:
        UnknownStatement, OutOfScope, WrongState, PaymentsStand, BudgetExceeded: nothing was written.
    """
    found = locked(caller, statement_id)
    statement: Statement = found[0]
    charged = statement.status in BOOKED
    decided = charged or statement.status == "settled"
    permission = "statement.confirm" if decided else "statement.make"
    caller.require(permission, region_path=found.region_path)
    if statement.paid_fen:
        raise PaymentsStand
    before = statement.status
    check_state(before, "draft", "sent", "confirmed", "payable", "claimed", "settled")
    statement.status, statement.close_reason = "reversed", reason
    statement.closed_by, statement.closed_at = caller.person_id, at
    session().flush()
    order_queries.release_orders(statement_id, at)
    if charged:
        unbook(caller, statement, reason, at)
    _told(caller, "statement.reverse", statement, before, reason)
    return detail(caller, statement_id)


def unbook(caller: Caller, statement: Statement, reason: str, at: datetime) -> None:
    """Take a locked statement's charge back, from its budget and in the ledger.

    Raises:
        PaymentsStand, BudgetExceeded: nothing was written.
    """
    if statement.paid_fen:
        raise PaymentsStand
    budget = queries.lock_budget(statement.budget_id) if statement.budget_id else None
    if budget:
        # Of a claim: what the budget had back is spent after all.
        left = BudgetExceeded(-statement.total_fen, budget.fen - budget.spent_fen)
        with refusing(ck_sponsor_budgets_not_past_its_end=left):
            queries.spend_budget(budget.id, -statement.total_fen)
    ledger.reverse(
        key=f"{source(statement.id)}:reversal",
        reversed_key=charge_key(statement.id),
        actor=f"person:{caller.person_id}",
        today=day_of(at),
        reason=reason,
    )


def locked(caller: Caller, statement_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return a statement's row that the caller may see, locked until the transaction ends.

    Raises:
        UnknownStatement: as `detail`.
    """
    return visible(caller, statement_queries.lock_statement(statement_id))


def visible(caller: Caller, row: Row[*tuple[Any, ...]] | None) -> Row[*tuple[Any, ...]]:
    """Return `row` if the caller may see it.

    Raises:
        UnknownStatement: otherwise.
    """
    if row is None or not (
        caller.may("statement.read", region_path=row.region_path)
        or row[0].merchant_id in queries.merchants_of(caller.person_id)
    ):
        raise UnknownStatement
    return row


def charge_key(statement_id: UUID) -> str:
    """Return the key of the transaction that makes a statement payable."""
    return f"{source(statement_id)}:charge"


def _told(caller: Caller, action: str, statement: Statement, before: str, reason: str = "") -> None:
    acts.record(
        caller,
        action,
        subject=source(statement.id),
        before={"status": before},
        after={"status": statement.status, "total_fen": statement.total_fen},
        reason=reason,
    )
