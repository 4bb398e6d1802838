"""Payments: made outside the system, recorded here with their reference, taken back in the open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse
from incentive.merchants import payment_queries, statement_queries
from incentive.merchants.domain import (
    FEN,
    check_state,
    done_state,
    merchant,
    moved,
    open_state,
    reference,
    source,
)
from incentive.merchants.payment_errors import BankRowMatched
from incentive.merchants.payment_models import Payment
from incentive.merchants.refusing import refusing
from incentive.merchants.statement_errors import PaidInFuture, PaidTooMuch, UnknownPayment
from incentive.merchants.statements import Detail, detail, locked, visible
from incentive.people import acts
from incentive.people.caller import Caller


@dataclass(frozen=True, slots=True)
class Paying:
    """A payment to be recorded, below 0 by the merchant, and the bank's row that shows it."""

    statement_id: UUID
    fen: int
    reference: str
    paid_on: date
    bank_row_id: UUID | None = None
    bank_row_part: int = 1


def pay(
    caller: Caller, statement_id: UUID, *, fen: int, reference: str, paid_on: date, at: datetime
) -> Detail:
    """Record what was paid on a statement; when all is paid, the statement is.

    Raises:
        UnknownStatement, OutOfScope, WrongState, PaidTooMuch, PaidInFuture: nothing was written.
    """
    found = locked(caller, statement_id)
    caller.require("payment.record", region_path=found.region_path)
    pay_all(caller, [Paying(statement_id, fen, reference, paid_on)], at)
    after = {"fen": fen, "paid_on": paid_on, "status": found[0].status}
    acts.record(caller, "statement.pay", subject=source(statement_id), after=after)
    return detail(caller, statement_id)


def give_back(
    caller: Caller, statement_id: UUID, *, fen: int, reference: str, paid_on: date, at: datetime
) -> Detail:
    """Record the `fen` (> 0) that a merchant gave back; when all is, the statement is returned.

    Raises:
        UnknownStatement, OutOfScope, WrongState, PaidTooMuch, PaidInFuture: nothing was written.
    """
    return pay(caller, statement_id, fen=-fen, reference=reference, paid_on=paid_on, at=at)


def pay_all(caller: Caller, payings: Sequence[Paying], at: datetime) -> None:
    """Record payments on statements, each of which the caller may do.

    Raises:
        WrongState, PaidTooMuch, PaidInFuture, BankRowMatched: nothing was written.
    """
    if not payings:
        return
    statements = payment_queries.lock_statements([paying.statement_id for paying in payings])
    postings = []
    for paying in payings:
        statement = statements[paying.statement_id]
        check_state(statement.status, open_state(paying.fen))
        outstanding = statement.total_fen - statement.paid_fen
        if abs(paying.fen) > abs(outstanding):
            raise PaidTooMuch(abs(outstanding))
        if paying.paid_on > day_of(at):
            raise PaidInFuture
        made = Payment(
            id=new_id(),
            statement_id=statement.id,
            fen=paying.fen,
            reference=paying.reference,
            paid_on=paying.paid_on,
            bank_row_id=paying.bank_row_id,
            bank_row_part=paying.bank_row_part,
            recorded_by=caller.person_id,
            recorded_at=at,
        )
        session().add(made)
        statement.paid_fen += paying.fen
        if paying.fen == outstanding:
            statement.status = done_state(statement.total_fen)
        postings.append(_posting(made, merchant(statement.merchant_id)))
    with refusing(uq_statement_payments_bank_row=BankRowMatched()):
        session().flush()
    ledger.post(postings)


def _posting(payment: Payment, owner: str) -> Posting:
    return Posting(
        key=_key(payment),
        kind="payment",
        source=source(payment.statement_id),
        actor=f"person:{payment.recorded_by}",
        effective_on=payment.paid_on,
        lines=moved(
            Purse(owner, "payable", asset=FEN), Purse(owner, "paid", asset=FEN), payment.fen
        ),
    )


def take_back(
    caller: Caller, statement_id: UUID, payment_id: UUID, *, reason: str, at: datetime
) -> Detail:
    """Take a payment back that was recorded wrongly, or bounced; both entries stay in the books.

    Payments of several statements by one transfer stand and fall together.

    Raises:
        UnknownStatement, OutOfScope, UnknownPayment: nothing was written.
    """
    visible(caller, statement_queries.statement(statement_id))
    # All statements of the transfer, locked in one order, and only then looked at once more.
    payment_queries.lock_statements(payment_queries.statements_with(statement_id, payment_id))
    found = locked(caller, statement_id)
    caller.require("payment.record", region_path=found.region_path)
    together = payment_queries.payments_with(statement_id, payment_id)
    if not together:
        raise UnknownPayment
    for path in {region_path for _payment, _statement, region_path in together}:
        caller.require("payment.record", region_path=path)
    for payment, statement, _path in together:
        statement.paid_fen -= payment.fen
        statement.status = open_state(statement.total_fen)
        payment.taken_back_by, payment.taken_back_at = caller.person_id, at
        payment.taken_back_reason = reason
    session().flush()
    for payment, _statement, _path in together:
        ledger.reverse(
            key=f"{_key(payment)}:reversal",
            reversed_key=_key(payment),
            actor=f"person:{caller.person_id}",
            today=day_of(at),
            reason=reason,
        )
    taken = sum(payment.fen for payment, _statement, _path in together)
    after = {"payment": payment_id, "fen": -taken, "status": found[0].status}
    if len(together) > 1:
        after["statements"] = [reference(statement.serial) for _, statement, _ in together]
    acts.record(
        caller, "statement.take_back", subject=source(statement_id), after=after, reason=reason
    )
    return detail(caller, statement_id)


def _key(payment: Payment) -> str:
    return f"{source(payment.statement_id)}:payment:{payment.id}"
