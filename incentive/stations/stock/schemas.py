"""Shapes of requests and answers about goods that come and go."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.stations.domain import RECEIPT_MAX
from incentive.stations.schemas import words
from incentive.stations.stock.domain import CAUSES, COST_FEN_MAX, KINDS

_DAY = {"description": "The local day to which it counts; today unless given"}


class ReceiptSchema(Schema):
    """Goods received."""

    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1, RECEIPT_MAX))
    day = fields.Date(load_default=None, metadata=_DAY)
    supplier = fields.String(load_default="", validate=words(60, 0))
    delivery_note = fields.String(
        load_default="", validate=words(60, 0), metadata={"description": "Its number"}
    )
    unit_cost_fen = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(0, COST_FEN_MAX),
        metadata={"description": "What one of them cost, in fen"},
    )
    note = fields.String(load_default="", validate=words(200, 0))


class SpoilageSchema(Schema):
    """Goods that nobody can have any more."""

    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1, RECEIPT_MAX))
    cause = fields.String(required=True, validate=validate.OneOf(list(CAUSES)))
    note = fields.String(load_default="", validate=words(200, 0))
    day = fields.Date(load_default=None, metadata=_DAY)


class SupplierReturnSchema(Schema):
    """Goods that go back to their supplier."""

    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1, RECEIPT_MAX))
    reason = fields.String(required=True, validate=words(200))
    supplier = fields.String(load_default="", validate=words(60, 0))
    day = fields.Date(load_default=None, metadata=_DAY)


class CorrectionSchema(Schema):
    """Why a movement is taken back."""

    reason = fields.String(required=True, validate=words(200))


class MovementQuerySchema(PageQuerySchema):
    """Which movements; days are the jurisdiction's, both included."""

    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    item_id = fields.UUID()


class MovementSchema(Schema):
    """Why the number of an item's goods changed."""

    id = fields.Integer(required=True)
    item_id = fields.UUID(required=True)
    item = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    delta = fields.Integer(
        required=True, metadata={"description": "Change of what can be promised"}
    )
    shelf = fields.Integer(
        required=True, metadata={"description": "Change of what lies on the shelf"}
    )
    day = fields.Date(required=True)
    at = fields.AwareDateTime(required=True)
    redemption_id = fields.UUID(required=True, allow_none=True)
    corrects_id = fields.Integer(required=True, allow_none=True)
    stocktake_id = fields.UUID(required=True, allow_none=True)
    corrected_by_id = fields.Integer(required=True, allow_none=True)
    cause = fields.String(required=True)
    reason = fields.String(required=True)
    supplier = fields.String(required=True)
    delivery_note = fields.String(required=True)
    unit_cost_fen = fields.Integer(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    volunteer_number = fields.String(required=True, allow_none=True)


class ShelfSchema(Schema):
    """What a station has of an item; `came` and `went` are of the last 30 days."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True)
    points_price = fields.Integer(required=True)
    stock = fields.Integer(required=True, metadata={"description": "What can still be promised"})
    held = fields.Integer(required=True)
    on_shelf = fields.Integer(required=True)
    came = fields.Integer(required=True)
    went = fields.Integer(required=True)
