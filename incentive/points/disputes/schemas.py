"""Shapes of disputes."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema

_REASON = validate.Length(1, 200)
STATUSES = ("open", "for_person", "against_person", "lapsed")


class NewDisputeSchema(Schema):
    """Which transaction is contested, and why."""

    transaction_id = fields.Integer(
        strict=True, required=True, validate=validate.Range(1, (1 << 63) - 1)
    )
    reason = fields.String(required=True, validate=_REASON)


class DisputeDecisionSchema(Schema):
    """Who gets the points that are held, and why."""

    outcome = fields.String(
        required=True, validate=validate.OneOf(("for_person", "against_person"))
    )
    reason = fields.String(required=True, validate=_REASON)


class DisputeSchema(Schema):
    """A dispute: of `points`, `held` lie on hold until it is decided."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    transaction_id = fields.Integer(required=True)
    side = fields.String(required=True, validate=validate.OneOf(("given", "taken")))
    points = fields.Integer(required=True)
    held = fields.Integer(required=True)
    reason = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    due_on = fields.Date(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(required=True)
    hold_id = fields.Integer(required=True)
    closing_id = fields.Integer(required=True, allow_none=True)


class ListedDisputeSchema(Schema):
    """A dispute with the volunteer numbers of those concerned."""

    dispute = fields.Nested(DisputeSchema, attribute="Dispute", required=True)
    volunteer_number = fields.String(required=True)
    opened_by = fields.String(
        required=True, allow_none=True, metadata={"description": "Null: the system, by itself"}
    )
    region = fields.String(required=True)


class DisputeQuerySchema(PageQuerySchema):
    """Which disputes."""

    status = fields.String(validate=validate.OneOf(STATUSES))
