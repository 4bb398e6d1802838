"""Shapes of statements, their lines and what was said and paid. Amounts are whole fen."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from incentive.core.http import Schema
from incentive.core.i18n import _
from incentive.core.money import FEN_MAX
from incentive.core.paging import PageQuerySchema
from incentive.merchants.domain import SIDES, STATUSES, reference
from incentive.merchants.schemas import REASON_MAX
from incentive.stations.schemas import words

PIECES_MAX = 1_000_000
TEXT_MAX = 500


class ReferenceField(fields.String):
    """A statement's serial, as people quote it."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str:
        return reference(value)


class StatementQuerySchema(PageQuerySchema):
    """Which statements; of days: all that share one with them."""

    status = fields.String(validate=validate.OneOf(STATUSES))
    merchant_id = fields.UUID()
    sponsor_id = fields.UUID()
    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")


class NewStatementSchema(Schema):
    """A statement to be drafted: both days included, and both over."""

    merchant_id = fields.UUID(required=True)
    sponsor_id = fields.UUID(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)


class SideSchema(Schema):
    """For which side the caller speaks."""

    side = fields.String(required=True, validate=validate.OneOf(SIDES))


class ConfirmSchema(SideSchema):
    """A side's confirmation, of what was read."""

    revision = fields.Integer(
        validate=validate.Range(0, 1_000_000),
        metadata={"description": "The revision that was read: refused if it was corrected since"},
    )


class NewObjectionSchema(SideSchema):
    """What is held against a line of goods."""

    text = fields.String(required=True, validate=words(TEXT_MAX))


class AnswerSchema(Schema):
    """The answer to an objection: in words, or a correction.

    With `quantity` of so many pieces more (negative: fewer), with `orders` of what these came to.
    """

    answer = fields.String(required=True, validate=words(REASON_MAX))
    quantity = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=[validate.Range(-PIECES_MAX, PIECES_MAX), validate.NoneOf([0])],
    )
    orders = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 500),
        metadata={"description": "Orders of the line that were not given; without `quantity`"},
    )

    @validates_schema
    def _one_kind(self, data: dict[str, Any], **_more: Any) -> None:
        if data.get("orders") is not None and data.get("quantity") is not None:
            raise ValidationError(str(_("Give either a number of pieces or the orders.")), "orders")


class ReasonSchema(Schema):
    """Why."""

    reason = fields.String(required=True, validate=words(REASON_MAX))


class NewPaymentSchema(Schema):
    """What was paid."""

    fen = fields.Integer(required=True, strict=True, validate=validate.Range(1, FEN_MAX))
    reference = fields.String(required=True, validate=words(100))
    paid_on = fields.Date(required=True)


class MerchantStatementSchema(Schema):
    """A statement."""

    id = fields.UUID(attribute="Statement.id", required=True)
    reference = ReferenceField(
        attribute="Statement.serial",
        required=True,
        metadata={"description": "What is quoted on a transfer, like JS000042"},
    )
    status = fields.String(attribute="Statement.status", required=True)
    merchant_id = fields.UUID(attribute="Statement.merchant_id", required=True)
    merchant = fields.String(attribute="merchant_name", required=True)
    sponsor_id = fields.UUID(attribute="Statement.sponsor_id", required=True)
    sponsor = fields.String(attribute="sponsor_name", required=True)
    first_day = fields.Date(attribute="Statement.first_day", required=True)
    last_day = fields.Date(attribute="Statement.last_day", required=True)
    total_fen = fields.Integer(
        attribute="Statement.total_fen",
        required=True,
        metadata={
            "description": "Below 0 where the merchant owes; `paid_fen` is then below 0, too"
        },
    )
    paid_fen = fields.Integer(attribute="Statement.paid_fen", required=True)
    revision = fields.Integer(attribute="Statement.revision", required=True)
    made_at = fields.AwareDateTime(attribute="Statement.made_at", required=True)
    close_reason = fields.String(attribute="Statement.close_reason", required=True)


class GoodsLineSchema(Schema):
    """Goods × price; `corrects`: the number of the line that this one corrects."""

    number = fields.Integer(attribute="StatementLine.number", required=True)
    kind = fields.String(attribute="StatementLine.kind", required=True)
    item_id = fields.UUID(attribute="StatementLine.item_id", required=True)
    item = fields.String(attribute="item_name", required=True)
    station = fields.String(attribute="station_name", required=True)
    price_fen = fields.Integer(attribute="StatementLine.price_fen", required=True)
    quantity = fields.Integer(attribute="StatementLine.quantity", required=True)
    amount_fen = fields.Integer(attribute="StatementLine.amount_fen", required=True)
    corrects = fields.Integer(required=True, allow_none=True)
    reason = fields.String(attribute="StatementLine.reason", required=True)


class LineObjectionSchema(Schema):
    """What is held against a line, and its answer."""

    id = fields.UUID(attribute="Objection.id", required=True)
    number = fields.Integer(required=True)
    side = fields.String(attribute="Objection.side", required=True)
    text = fields.String(attribute="Objection.text", required=True)
    raiser = fields.String(required=True)
    raised_at = fields.AwareDateTime(attribute="Objection.raised_at", required=True)
    outcome = fields.String(attribute="Objection.outcome", required=True, allow_none=True)
    answer = fields.String(attribute="Objection.answer", required=True)
    answerer = fields.String(required=True, allow_none=True)


class ConfirmationSchema(Schema):
    """One side's confirmation of one revision."""

    side = fields.String(attribute="Confirmation.side", required=True)
    revision = fields.Integer(attribute="Confirmation.revision", required=True)
    total_fen = fields.Integer(attribute="Confirmation.total_fen", required=True)
    volunteer_number = fields.String(required=True)
    at = fields.AwareDateTime(attribute="Confirmation.at", required=True)


class PaymentSchema(Schema):
    """What was paid, and whether it was taken back."""

    id = fields.UUID(attribute="Payment.id", required=True)
    fen = fields.Integer(
        attribute="Payment.fen",
        required=True,
        metadata={"description": "Below 0 for what the merchant gave back"},
    )
    reference = fields.String(attribute="Payment.reference", required=True)
    paid_on = fields.Date(attribute="Payment.paid_on", required=True)
    bank_row_id = fields.UUID(attribute="Payment.bank_row_id", required=True, allow_none=True)
    recorded_by = fields.String(attribute="volunteer_number", required=True)
    taken_back_at = fields.AwareDateTime(
        attribute="Payment.taken_back_at", required=True, allow_none=True
    )
    taken_back_reason = fields.String(attribute="Payment.taken_back_reason", required=True)


class MerchantStatementDetailSchema(Schema):
    """A statement whole."""

    statement = fields.Nested(MerchantStatementSchema, attribute="row", required=True)
    lines = fields.List(fields.Nested(GoodsLineSchema), required=True)
    objections = fields.List(fields.Nested(LineObjectionSchema), required=True)
    confirmations = fields.List(fields.Nested(ConfirmationSchema), required=True)
    payments = fields.List(fields.Nested(PaymentSchema), required=True)


class UnagreedGoodsSchema(Schema):
    """Goods that were given out on days for which no price was agreed."""

    item_id = fields.UUID(required=True)
    item = fields.String(required=True)
    station = fields.String(required=True)
    quantity = fields.Integer(required=True)
    orders = fields.Integer(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)


class LineOrderSchema(Schema):
    """An order behind a line."""

    redemption_id = fields.UUID(required=True)
    day = fields.Date(required=True)
    quantity = fields.Integer(required=True)
    points = fields.Integer(required=True)
    status = fields.String(required=True)
    volunteer_number = fields.String(required=True)
    station = fields.String(attribute="station_name", required=True)
