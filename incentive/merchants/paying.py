"""Payments: made outside the system, recorded here with their reference, taken back in the open."""

from datetime import date, datetime
from uuid import UUID

from incentive.core.db import session
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.merchants import payment_queries
from incentive.merchants.domain import FEN, check_state, merchant, source
from incentive.merchants.payment_models import BankRow, Payment
from incentive.merchants.statement_errors import PaidInFuture, PaidTooMuch, UnknownPayment
from incentive.merchants.statement_models import Statement
from incentive.merchants.statements import Detail, detail, locked
from incentive.people import acts
from incentive.people.caller import Caller


def pay(
    caller: Caller,
    statement_id: UUID,
    *,
    fen: int,
    reference: str,
    paid_on: date,
    at: datetime,
    bank_row: BankRow | None = None,
) -> Detail:
    """Record what was paid on a statement; when all is paid, the statement is.

    Raises:
        UnknownStatement, OutOfScope, WrongState, PaidTooMuch, PaidInFuture: nothing was written.
    """
    found = locked(caller, statement_id)
    caller.require("payment.record", region_path=found.region_path)
    statement: Statement = found[0]
    check_state(statement.status, "payable")
    outstanding = statement.total_fen - statement.paid_fen
    if fen > outstanding:
        raise PaidTooMuch(outstanding)
    if paid_on > day_of(at):
        raise PaidInFuture
    made = Payment(
        statement_id=statement_id,
        fen=fen,
        reference=reference,
        paid_on=paid_on,
        bank_row_id=bank_row and bank_row.id,
        recorded_by=caller.person_id,
        recorded_at=at,
    )
    session().add(made)
    statement.paid_fen += fen
    if fen == outstanding:
        statement.status = "paid"
    session().flush()
    owner = merchant(statement.merchant_id)
    ledger.post(
        [
            Posting(
                key=_key(made),
                kind="payment",
                source=source(statement_id),
                actor=f"person:{caller.person_id}",
                effective_on=paid_on,
                lines=transfer(
                    Purse(owner, "payable", asset=FEN), Purse(owner, "paid", asset=FEN), fen
                ),
            )
        ]
    )
    after = {"payment": made.id, "fen": fen, "paid_on": paid_on, "status": statement.status}
    acts.record(caller, "statement.pay", subject=source(statement_id), after=after)
    return detail(caller, statement_id)


def take_back(
    caller: Caller, statement_id: UUID, payment_id: UUID, *, reason: str, at: datetime
) -> Detail:
    """Take a payment back that was recorded wrongly, or bounced; both entries stay in the books.

    Raises:
        UnknownStatement, OutOfScope, UnknownPayment: nothing was written.
    """
    found = locked(caller, statement_id)
    caller.require("payment.record", region_path=found.region_path)
    payment = payment_queries.lock_payment(statement_id, payment_id)
    if payment is None:
        raise UnknownPayment
    statement: Statement = found[0]
    statement.paid_fen -= payment.fen
    statement.status = "payable"
    payment.taken_back_by, payment.taken_back_at = caller.person_id, at
    payment.taken_back_reason = reason
    session().flush()
    ledger.reverse(
        key=f"{_key(payment)}:reversal",
        reversed_key=_key(payment),
        actor=f"person:{caller.person_id}",
        today=day_of(at),
        reason=reason,
    )
    after = {"payment": payment_id, "fen": -payment.fen, "status": "payable"}
    acts.record(
        caller, "statement.take_back", subject=source(statement_id), after=after, reason=reason
    )
    return detail(caller, statement_id)


def _key(payment: Payment) -> str:
    return f"{source(payment.statement_id)}:payment:{payment.id}"
