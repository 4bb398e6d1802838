"""Shapes of merges."""

from marshmallow import ValidationError, fields, validate

from incentive.core.http import Schema
from incentive.points.merges.domain import STATES

REASON_MAX = 200


def _one_line(text: str) -> None:
    if not text.strip() or not text.isprintable():
        raise ValidationError("Say in one line why.")


class MergeReasonSchema(Schema):
    """Why."""

    reason = fields.String(required=True, validate=(validate.Length(1, REASON_MAX), _one_line))


class NewMergeSchema(MergeReasonSchema):
    """Which entry closes, and to which it leads: volunteer numbers."""

    kept = fields.String(required=True, validate=validate.Length(1, 20))
    gone = fields.String(required=True, validate=validate.Length(1, 20))


class MergeSchema(Schema):
    """A merge."""

    id = fields.UUID(required=True)
    kept_id = fields.UUID(required=True)
    gone_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATES))
    points = fields.Integer(required=True, metadata={"description": "That moved"})
    reason = fields.String(required=True)
    asked_at = fields.DateTime(required=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    undone_at = fields.DateTime(required=True, allow_none=True)
