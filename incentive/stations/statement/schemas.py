"""Shapes of requests and answers about a station's statement."""

from marshmallow import fields

from incentive.core.http import Schema


class StatementQuerySchema(Schema):
    """Which days; both are the jurisdiction's and included."""

    first_day = fields.Date(required=True, data_key="from")
    last_day = fields.Date(required=True, data_key="to")


class GoodsSchema(Schema):
    """Pieces on the shelf; `counted` and `corrected` have their sign."""

    opening = fields.Integer(required=True)
    received = fields.Integer(required=True)
    given = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    spoiled = fields.Integer(required=True)
    sent_back = fields.Integer(required=True)
    counted = fields.Integer(required=True)
    corrected = fields.Integer(required=True)
    closing = fields.Integer(required=True)
    held = fields.Integer(required=True, metadata={"description": "Of the closing, for orders"})


class GoodsOfSchema(Schema):
    """What became of one item."""

    item_id = fields.UUID(required=True)
    item = fields.String(required=True)
    goods = fields.Nested(GoodsSchema, required=True)


class StationStatementSchema(Schema):
    """What a station did on some days."""

    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    orders = fields.Integer(required=True, metadata={"description": "Handed over"})
    refunds = fields.Integer(required=True)
    points_in = fields.Integer(required=True)
    points_out = fields.Integer(required=True)
    net = fields.Integer(required=True)
    goods = fields.List(fields.Nested(GoodsOfSchema), required=True)
    total = fields.Nested(GoodsSchema, required=True)
