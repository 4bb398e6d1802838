"""Shapes of the policy on points."""

from marshmallow import fields, validate

from incentive.core.http import Schema

_POINTS = validate.Range(0, 1_000_000)


class PolicyChangeSchema(Schema):
    """What to change of the policy."""

    transfers_allowed = fields.Boolean()
    donations_allowed = fields.Boolean()
    family_max = fields.Integer(strict=True, validate=validate.Range(1, 20))
    transfer_cap = fields.Integer(strict=True, validate=_POINTS)
    donation_cap = fields.Integer(strict=True, validate=_POINTS)
    adjustment_limit = fields.Integer(strict=True, validate=_POINTS)
    worker_limit = fields.Integer(strict=True, validate=_POINTS)
    dispute_open_days = fields.Integer(strict=True, validate=validate.Range(1, 730))
    dispute_term_days = fields.Integer(strict=True, validate=validate.Range(1, 180))


class PolicySchema(Schema):
    """What a jurisdiction allows: caps are points per person and calendar month."""

    transfers_allowed = fields.Boolean(required=True)
    donations_allowed = fields.Boolean(required=True)
    family_max = fields.Integer(required=True)
    transfer_cap = fields.Integer(required=True)
    donation_cap = fields.Integer(required=True)
    adjustment_limit = fields.Integer(
        required=True,
        metadata={"description": "Points of one person's in a month; more takes two persons"},
    )
    worker_limit = fields.Integer(
        required=True,
        metadata={"description": "Points of all that one worker moves in a month; more takes two"},
    )
    dispute_open_days = fields.Integer(required=True)
    dispute_term_days = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
