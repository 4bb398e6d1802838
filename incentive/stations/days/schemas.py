"""Shapes of requests and answers about a station's days."""

from marshmallow import fields

from incentive.core.http import Schema
from incentive.stations.schemas import words
from incentive.stations.statement.schemas import StationStatementSchema
from incentive.stations.stock.schemas import MovementSchema


class DayRowSchema(Schema):
    """A day in the list; `version` counts how often it was signed."""

    day = fields.Date(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_by = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True)
    orders = fields.Integer(required=True, metadata={"description": "Handed over"})
    pieces = fields.Integer(required=True)
    after_close = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "Something came later"}
    )


class SignedDaySchema(Schema):
    """One signing of a day: the note holds the figures and the signatures over them."""

    version = fields.Integer(required=True)
    closed_by = fields.String(required=True)
    closed_at = fields.AwareDateTime(required=True)
    note = fields.String(required=True)
    signed = fields.String(required=True)
    sha256 = fields.String(required=True)
    genuine = fields.Boolean(required=True)


class LaterPointsSchema(Schema):
    """An entry that was booked on the day after it was signed."""

    kind = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    amount = fields.Integer(required=True)
    item = fields.String(required=True, allow_none=True)


class DaySchema(Schema):
    """A day as the books tell it now, every signing of it, and what came after the last."""

    day = fields.Date(required=True)
    now = fields.Nested(StationStatementSchema, required=True)
    closed = fields.Boolean(required=True)
    versions = fields.List(fields.Nested(SignedDaySchema), required=True)
    differs = fields.Boolean(
        required=True, metadata={"description": "The books tell other figures than were signed"}
    )
    goods_after = fields.List(fields.Nested(MovementSchema), required=True)
    points_after = fields.List(fields.Nested(LaterPointsSchema), required=True)


class ClosingSchema(Schema):
    """What was found to differ, if anything."""

    note = fields.String(load_default="", validate=words(200, 0))


class AmendmentSchema(Schema):
    """Why the day's figures are signed anew."""

    note = fields.String(required=True, validate=words(200))
