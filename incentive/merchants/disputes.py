"""Objections line by line, answered by a correction or by words; no line is ever rewritten."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from incentive.core.db import session
from incentive.merchants import order_queries, queries, statement_queries
from incentive.merchants.domain import Side, check_correction, check_state, source
from incentive.merchants.refusing import refusing
from incentive.merchants.statement_errors import (
    ContactOfMerchant,
    LineObjected,
    NotAContact,
    OrdersNotOnLine,
    OwnObjection,
    UnknownLine,
    UnknownObjection,
)
from incentive.merchants.statement_models import Objection, Statement, StatementLine, StatementOrder
from incentive.merchants.statements import Detail, detail, locked
from incentive.people import acts, separation
from incentive.people.caller import Caller


def require_side(caller: Caller, found: Row[*tuple[Any, ...]], side: Side) -> None:
    """Let the caller pass who speaks for that side of a statement.

    Raises:
        NotAContact, ContactOfMerchant, OutOfScope: they do not.
    """
    contact = found[0].merchant_id in queries.merchants_of(caller.person_id)
    if side == "merchant":
        caller.require_somewhere("merchant.confirm")
        if not contact:
            raise NotAContact
    else:
        caller.require("statement.confirm", region_path=found.region_path)
        if contact:
            raise ContactOfMerchant


def object_to(
    caller: Caller, statement_id: UUID, *, number: int, side: Side, text: str, at: datetime
) -> Detail:
    """Hold something against a line of goods.

    Raises:
        UnknownStatement, NotAContact, ContactOfMerchant, OutOfScope, WrongState, UnknownLine,
        LineObjected: nothing was written.
    """
    found = locked(caller, statement_id)
    require_side(caller, found, side)
    check_state(found[0].status, "sent")
    line = statement_queries.line(statement_id, number)
    if line is None:
        raise UnknownLine
    with refusing(uq_statement_objections_open=LineObjected()):
        session().add(
            Objection(
                statement_id=statement_id,
                line_id=line.id,
                side=side,
                text=text,
                raised_by=caller.person_id,
                raised_at=at,
            )
        )
        session().flush()
    after = {"line": number, "side": side, "objection": text}
    acts.record(caller, "statement.object", subject=source(statement_id), after=after)
    return detail(caller, statement_id)


def decline(
    caller: Caller, statement_id: UUID, objection_id: UUID, *, answer: str, at: datetime
) -> Detail:
    """Answer an objection with words; the line stays as it is.

    Raises:
        UnknownStatement, OutOfScope, WrongState, UnknownObjection, OwnObjection: nothing was
        written.
    """
    _statement, objection = _to_answer(caller, statement_id, objection_id)
    _answer(caller, objection, "declined", answer, at)
    return detail(caller, statement_id)


def correct(
    caller: Caller,
    statement_id: UUID,
    objection_id: UUID,
    *,
    quantity: int,
    answer: str,
    at: datetime,
) -> Detail:
    """Answer an objection with a correction of `quantity` pieces (negative: fewer were given).

    It is a line of its own at the line's price, and what was confirmed so far no longer counts.
    Where it is known which orders were not given, `take_off` names them: an order taken off so is
    not taken off again if it is refunded later.

    Raises:
        UnknownStatement, OutOfScope, WrongState, UnknownObjection, OwnObjection,
        CorrectionTooLarge: nothing was written.
    """
    statement, objection = _to_answer(caller, statement_id, objection_id)
    line = session().get_one(StatementLine, objection.line_id)
    made = _correction(statement, line, quantity, answer, at)
    _answer(caller, objection, "corrected", answer, at, made)
    return detail(caller, statement_id)


def take_off(
    caller: Caller,
    statement_id: UUID,
    objection_id: UUID,
    *,
    orders: Collection[UUID],
    answer: str,
    at: datetime,
) -> Detail:
    """Answer an objection by taking these orders off the line, whole: they were not given.

    A correction of so many pieces that keeps which orders they are.

    Raises:
        UnknownStatement, OutOfScope, WrongState, UnknownObjection, OwnObjection, OrdersNotOnLine,
        CorrectionTooLarge: nothing was written.
    """
    statement, objection = _to_answer(caller, statement_id, objection_id)
    # Whoever makes a statement meanwhile waits, and then sees these as taken off.
    queries.lock_merchant(statement.merchant_id)
    line = session().get_one(StatementLine, objection.line_id)
    named = order_queries.standing(line.id, orders)
    if not named or {order.redemption_id for order in named} != set(orders):
        raise OrdersNotOnLine
    made = _correction(statement, line, -sum(order.quantity for order in named), answer, at)
    session().add_all(
        StatementOrder(
            line_id=made.id,
            redemption_id=order.redemption_id,
            statement_id=statement_id,
            kind="returned",
            day=order.day,
            quantity=-order.quantity,
        )
        for order in named
    )
    session().flush()
    _answer(caller, objection, "corrected", answer, at, made)
    return detail(caller, statement_id)


def _correction(
    statement: Statement, line: StatementLine, quantity: int, reason: str, at: datetime
) -> StatementLine:
    check_correction(line.quantity, statement_queries.corrections(line.id), quantity)
    made = StatementLine(
        statement_id=statement.id,
        number=statement_queries.next_number(statement.id),
        kind="correction",
        item_id=line.item_id,
        agreement_id=line.agreement_id,
        price_fen=line.price_fen,
        quantity=quantity,
        amount_fen=quantity * line.price_fen,
        corrects_id=line.id,
        reason=reason,
        made_at=at,
    )
    session().add(made)
    session().flush()
    statement.total_fen += made.amount_fen
    statement.revision += 1
    return made


def _to_answer(
    caller: Caller, statement_id: UUID, objection_id: UUID
) -> tuple[Statement, Objection]:
    found = locked(caller, statement_id)
    caller.require("statement.make", region_path=found.region_path)
    check_state(found[0].status, "sent")
    objection = session().scalar(
        select(Objection).filter_by(id=objection_id, statement_id=statement_id, outcome=None)
    )
    if objection is None:
        raise UnknownObjection
    separation.require_another("statement.answer", caller, [objection.raised_by], OwnObjection)
    return found[0], objection


def _answer(
    caller: Caller,
    objection: Objection,
    outcome: str,
    answer: str,
    at: datetime,
    correction: StatementLine | None = None,
) -> None:
    objection.outcome, objection.answer = outcome, answer
    objection.answered_by, objection.answered_at = caller.person_id, at
    objection.correction_id = correction.id if correction else None
    session().flush()
    after: dict[str, Any] = {"objection": objection.id, "outcome": outcome}
    if correction:
        after |= {"quantity": correction.quantity, "amount_fen": correction.amount_fen}
    acts.record(
        caller,
        "statement.answer",
        subject=source(objection.statement_id),
        after=after,
        reason=answer,
    )
