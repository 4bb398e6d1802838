"""Shapes of adjustments and reversals."""

from datetime import date

from marshmallow import ValidationError, fields, validate, validates

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema

REASON = validate.Length(1, 200)
POINTS_MAX = 1_000_000


class NewAdjustmentSchema(Schema):
    """Points to give (> 0) or to take (< 0), to whom, and why."""

    volunteer_number = fields.String(required=True, validate=validate.Length(1, 20))
    points = fields.Integer(
        strict=True, required=True, validate=validate.Range(-POINTS_MAX, POINTS_MAX)
    )
    reason = fields.String(required=True, validate=REASON)
    region = fields.String(
        validate=validate.Length(1, 24),
        metadata={"description": "Its code; by default the person's home"},
    )
    effective_on = fields.Date(
        validate=validate.Range(date(2000, 1, 1), date(2999, 12, 31)),
        metadata={"description": "The day they belong to; by default today"},
    )
    corrects = fields.Integer(
        strict=True,
        validate=validate.Range(1, (1 << 63) - 1),
        metadata={"description": "The transaction that this undoes in part"},
    )

    @validates("points")
    def _some(self, points: int, data_key: str) -> None:
        del data_key
        if points == 0:
            raise ValidationError("Name one point or more, with a minus to take them.")


class CorrectionReasonSchema(Schema):
    """Why."""

    reason = fields.String(required=True, validate=REASON)


class AdjustmentSchema(Schema):
    """An adjustment or reversal; `proposed` ones wait for a second person."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    region_id = fields.UUID(required=True)
    action = fields.String(required=True, validate=validate.OneOf(("adjust", "reverse")))
    points = fields.Integer(required=True)
    corrects = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    effective_on = fields.Date(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(("proposed", "booked", "rejected"))
    )
    over_budget = fields.Boolean(required=True)
    proposed_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(required=True)
    transaction_id = fields.Integer(required=True, allow_none=True)


class ListedAdjustmentSchema(Schema):
    """An adjustment with the volunteer numbers of all concerned."""

    adjustment = fields.Nested(AdjustmentSchema, attribute="Adjustment", required=True)
    volunteer_number = fields.String(required=True)
    region = fields.String(required=True)
    proposed_by = fields.String(required=True)
    decided_by = fields.String(required=True, allow_none=True)


class AdjustmentQuerySchema(PageQuerySchema):
    """Which adjustments."""

    status = fields.String(validate=validate.OneOf(("proposed", "booked", "rejected")))
