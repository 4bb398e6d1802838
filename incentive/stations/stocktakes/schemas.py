"""Shapes of requests and answers about stocktakes."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.stations.schemas import words
from incentive.stations.stocktakes.domain import CAUSES, COUNTED_MAX, ROWS_MAX, SHOW, STATUSES


class NewStocktakeSchema(Schema):
    """A stocktake to be."""

    note = fields.String(load_default="", validate=words(200, 0))


class ProgressSchema(Schema):
    """How far a stocktake is, in items; `more` and `fewer` are pieces."""

    items = fields.Integer(required=True)
    counted = fields.Integer(required=True)
    different = fields.Integer(required=True)
    unexplained = fields.Integer(required=True)
    more = fields.Integer(required=True)
    fewer = fields.Integer(required=True)


class StocktakeSchema(Schema):
    """A stocktake; people by their volunteer numbers."""

    id = fields.UUID(required=True)
    station_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    note = fields.String(required=True)
    opened_by = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    closed_by = fields.String(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    close_note = fields.String(required=True)
    progress = fields.Nested(ProgressSchema, required=True)


class LineQuerySchema(PageQuerySchema):
    """Which lines of a stocktake."""

    show = fields.String(load_default="all", validate=validate.OneOf(SHOW))


class LineSchema(Schema):
    """An item of a stocktake; what the books say of it is null until it is counted."""

    item_id = fields.UUID(required=True)
    item = fields.String(required=True)
    opened_with = fields.Integer(
        required=True, allow_none=True, metadata={"description": "On the shelf at the opening"}
    )
    counted = fields.Integer(required=True, allow_none=True)
    expected = fields.Integer(
        required=True, allow_none=True, metadata={"description": "In the books when counted"}
    )
    difference = fields.Integer(required=True, allow_none=True)
    counted_at = fields.AwareDateTime(required=True, allow_none=True)
    counter = fields.String(required=True, allow_none=True)
    cause = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    explainer = fields.String(required=True, allow_none=True)


class CountSchema(Schema):
    """What was found of one item."""

    item_id = fields.UUID(required=True)
    counted = fields.Integer(required=True, strict=True, validate=validate.Range(0, COUNTED_MAX))


class CountsSchema(Schema):
    """What was found of some items; of an item named twice the last holds."""

    counts = fields.List(
        fields.Nested(CountSchema), required=True, validate=validate.Length(1, ROWS_MAX)
    )


class ExplanationSchema(Schema):
    """Why the count of an item differs."""

    item_id = fields.UUID(required=True)
    cause = fields.String(required=True, validate=validate.OneOf(list(CAUSES)))
    note = fields.String(load_default="", validate=words(200, 0))


class GivingUpSchema(Schema):
    """Why nothing is booked."""

    reason = fields.String(required=True, validate=words(200))
