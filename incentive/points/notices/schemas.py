"""Shapes of warnings of expiry."""

from marshmallow import fields

from incentive.core.http import Schema


class ExpiringSchema(Schema):
    """Points that the caller still has, and the last day on which they can be used."""

    expires_on = fields.Date(required=True)
    points = fields.Integer(required=True)
    stage = fields.Integer(
        required=True, metadata={"description": "The warning was due so many days before: 30 or 7"}
    )
    warned_at = fields.AwareDateTime(required=True)


class NoticesSchema(Schema):
    """The caller's warnings, the nearest expiry first."""

    items = fields.List(fields.Nested(ExpiringSchema), required=True)
