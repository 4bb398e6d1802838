"""Statements: drafted, sent, objected to, confirmed by both sides, booked, paid, reversed."""

from typing import Any, Final
from uuid import UUID

from flask import Response

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.documents import MIMETYPES, Ending, send
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.core.zone import timezone
from incentive.merchants import (
    claiming,
    closing,
    confirming,
    disputes,
    making,
    papers,
    paying,
    statements,
)
from incentive.merchants.domain import reference
from incentive.merchants.statement_schemas import (
    AnswerSchema,
    ConfirmSchema,
    LineOrderSchema,
    MerchantStatementDetailSchema,
    MerchantStatementSchema,
    NewObjectionSchema,
    NewPaymentSchema,
    NewStatementSchema,
    ReasonSchema,
    StatementQuerySchema,
    UnagreedGoodsSchema,
)
from incentive.merchants.statements import Detail
from incentive.merchants.unagreed import unagreed
from incentive.people.caller import caller

bp: Final = ApiBlueprint(
    "merchant_statements", __name__, description="Statements of goods given, in fen"
)
_FILE: Final = {"type": "string", "format": "binary"}
_ONE: Final = "/merchant-statements/<uuid:statement_id>"


@bp.get("/merchant-statements")
@needs("statement.read", of=REACH, own=True)
@bp.arguments(StatementQuerySchema, location="query")
@bp.response(200, page_of(MerchantStatementSchema))
def list_statements(query: dict[str, Any]) -> Page:
    """List statements, the newest first."""
    with transaction():
        return statements.listing(caller(), **query)


@bp.get("/goods-without-agreement")
@needs("statement.read", of=REACH)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(UnagreedGoodsSchema))
def list_unagreed(query: dict[str, Any]) -> Page:
    """List goods given out in the last 92 days for which nobody is paid, by name."""
    with transaction():
        who, at = caller(), clock.now()
        who.require_somewhere("statement.read")
        return unagreed(who, at, cursor=query.get("cursor"), limit=query["limit"])


@bp.post("/merchant-statements")
@needs("statement.make", of=REGION)
@bp.arguments(NewStatementSchema)
@bp.once(201, MerchantStatementDetailSchema)
def make_statement(fields: dict[str, Any]) -> Detail:
    """Draft a statement of what was given on some days and is on no other."""
    return making.make(caller(), at=clock.now(), **fields)


@bp.post("/merchant-statements/closing")
@needs("statement.make", of=REGION)
@bp.arguments(NewStatementSchema)
@bp.once(201, MerchantStatementDetailSchema)
def make_closing_statement(fields: dict[str, Any]) -> Detail:
    """Draft the last statement of two parties, though it may come to nothing or less."""
    return making.make_closing(caller(), at=clock.now(), **fields)


@bp.get(_ONE)
@needs("statement.read", of=REGION, own=True)
@bp.response(200, MerchantStatementDetailSchema)
def get_statement(statement_id: UUID) -> Detail:
    """Show a statement whole."""
    with transaction():
        return statements.detail(caller(), statement_id)


@bp.get(f"{_ONE}.pdf")
@needs("statement.read", of=REGION, own=True)
@bp.response(200, _FILE, content_type=MIMETYPES["pdf"])
def statement_pdf(statement_id: UUID) -> Response:
    """Give a statement as PDF, to be signed."""
    return _paper(statement_id, "pdf")


@bp.get(f"{_ONE}.xlsx")
@needs("statement.read", of=REGION, own=True)
@bp.response(200, _FILE, content_type=MIMETYPES["xlsx"])
def statement_xlsx(statement_id: UUID) -> Response:
    """Give a statement as an Excel workbook."""
    return _paper(statement_id, "xlsx")


@bp.get(f"{_ONE}/lines/<int:number>/orders")
@needs("statement.read", of=REGION, own=True)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(LineOrderSchema))
def list_orders(query: dict[str, Any], statement_id: UUID, number: int) -> Page:
    """List the orders behind a line of goods."""
    with transaction():
        return statements.orders(
            caller(), statement_id, number, cursor=query.get("cursor"), limit=query["limit"]
        )


@bp.post(f"{_ONE}/send")
@needs("statement.make", of=REGION)
@bp.once(200, MerchantStatementDetailSchema)
def send_statement(statement_id: UUID) -> Detail:
    """Put a draft before both sides."""
    return statements.send(caller(), statement_id, clock.now())


@bp.post(f"{_ONE}/lines/<int:number>/objections")
@needs("statement.confirm", "merchant.confirm", of=REGION, own=True)
@bp.arguments(NewObjectionSchema)
@bp.once(201, MerchantStatementDetailSchema)
def object_to(fields: dict[str, Any], statement_id: UUID, number: int) -> Detail:
    """Object to a line of goods."""
    return disputes.object_to(caller(), statement_id, number=number, at=clock.now(), **fields)


@bp.post(f"{_ONE}/objections/<uuid:objection_id>/answer")
@needs("statement.make", of=REGION)
@bp.arguments(AnswerSchema)
@bp.once(200, MerchantStatementDetailSchema)
def answer(fields: dict[str, Any], statement_id: UUID, objection_id: UUID) -> Detail:
    """Answer an objection, by a correction or by words."""
    given = {name: value for name, value in fields.items() if value is not None}
    if "orders" in given:
        return disputes.take_off(caller(), statement_id, objection_id, at=clock.now(), **given)
    if "quantity" in given:
        return disputes.correct(caller(), statement_id, objection_id, at=clock.now(), **given)
    return disputes.decline(caller(), statement_id, objection_id, at=clock.now(), **given)


@bp.post(f"{_ONE}/confirmations")
@needs("statement.confirm", "merchant.confirm", of=REGION, own=True)
@bp.arguments(ConfirmSchema)
@bp.once(201, MerchantStatementDetailSchema)
def confirm(fields: dict[str, Any], statement_id: UUID) -> Detail:
    """Confirm a statement for one side."""
    return confirming.confirm(caller(), statement_id, at=clock.now(), **fields)


@bp.post(f"{_ONE}/charge")
@needs("statement.confirm", of=REGION)
@bp.once(200, MerchantStatementDetailSchema)
def charge(statement_id: UUID) -> Detail:
    """Book a confirmed statement as payable, against the sponsor's budget."""
    return confirming.charge(caller(), statement_id, clock.now())


@bp.post(f"{_ONE}/settle")
@needs("statement.confirm", of=REGION)
@bp.arguments(ReasonSchema)
@bp.once(200, MerchantStatementDetailSchema)
def settle(fields: dict[str, Any], statement_id: UUID) -> Detail:
    """Close a confirmed statement of nothing or less."""
    return closing.settle(caller(), statement_id, at=clock.now(), **fields)


@bp.post(f"{_ONE}/settle-without-merchant")
@needs("statement.confirm", of=REGION)
@bp.arguments(ReasonSchema)
@bp.once(200, MerchantStatementDetailSchema)
def settle_without_merchant(fields: dict[str, Any], statement_id: UUID) -> Detail:
    """Close a statement of nothing or less that the merchant does not answer: a second person's."""
    return closing.settle_without_merchant(caller(), statement_id, at=clock.now(), **fields)


@bp.post(f"{_ONE}/claim")
@needs("statement.confirm", of=REGION)
@bp.once(200, MerchantStatementDetailSchema)
def claim(statement_id: UUID) -> Detail:
    """Book a confirmed statement below nothing as owed by the merchant."""
    return claiming.claim(caller(), statement_id, clock.now())


@bp.post(f"{_ONE}/claim-without-merchant")
@needs("statement.confirm", of=REGION)
@bp.once(200, MerchantStatementDetailSchema)
def claim_without_merchant(statement_id: UUID) -> Detail:
    """Book a statement below nothing that the merchant does not answer: a second person's."""
    return claiming.claim_without_merchant(caller(), statement_id, clock.now())


@bp.post(f"{_ONE}/let-go")
@needs("statement.confirm", of=REGION)
@bp.arguments(ReasonSchema)
@bp.once(200, MerchantStatementDetailSchema)
def let_go(fields: dict[str, Any], statement_id: UUID) -> Detail:
    """Give up a claim on which nothing came back."""
    return claiming.let_go(caller(), statement_id, at=clock.now(), **fields)


@bp.post(f"{_ONE}/repayments")
@needs("payment.record", of=REGION)
@bp.arguments(NewPaymentSchema)
@bp.once(201, MerchantStatementDetailSchema)
def give_back(fields: dict[str, Any], statement_id: UUID) -> Detail:
    """Record what the merchant gave back on a claim."""
    return paying.give_back(caller(), statement_id, at=clock.now(), **fields)


@bp.post(f"{_ONE}/payments")
@needs("payment.record", of=REGION)
@bp.arguments(NewPaymentSchema)
@bp.once(201, MerchantStatementDetailSchema)
def pay(fields: dict[str, Any], statement_id: UUID) -> Detail:
    """Record what was paid."""
    return paying.pay(caller(), statement_id, at=clock.now(), **fields)


@bp.post(f"{_ONE}/payments/<uuid:payment_id>/take-back")
@needs("payment.record", of=REGION)
@bp.arguments(ReasonSchema)
@bp.once(200, MerchantStatementDetailSchema)
def take_back(fields: dict[str, Any], statement_id: UUID, payment_id: UUID) -> Detail:
    """Take a payment back that was recorded wrongly, or bounced."""
    return paying.take_back(caller(), statement_id, payment_id, at=clock.now(), **fields)


@bp.post(f"{_ONE}/reverse")
@needs("statement.make", "statement.confirm", of=REGION)
@bp.arguments(ReasonSchema)
@bp.once(200, MerchantStatementDetailSchema)
def reverse(fields: dict[str, Any], statement_id: UUID) -> Detail:
    """Take a wrong statement out, in the open."""
    return statements.reverse(caller(), statement_id, at=clock.now(), **fields)


def _paper(statement_id: UUID, ending: Ending) -> Response:
    with transaction():
        found = statements.detail(caller(), statement_id)
        document = papers.paper(found, clock.now(), timezone(), papers.checkpoint(timezone()))
    plain = f"statement-{reference(found.statement.serial)}.{ending}"
    return send(document, ending, name=papers.name(found, ending), plain=plain)
