"""Shapes of balances, statements and failures."""

from marshmallow import fields, validate

from incentive.core.http import Schema


class BalanceSchema(Schema):
    """Points of one expiry. `held` ones are reserved for an order."""

    purpose = fields.String(required=True, validate=validate.OneOf(["available", "held"]))
    points = fields.Integer(required=True)
    expires_on = fields.Date(required=True, metadata={"description": "9999-12-31: never"})


class BalancesSchema(Schema):
    """What a person has: whole points."""

    available = fields.Integer(required=True)
    held = fields.Integer(required=True)
    balances = fields.List(fields.Nested(BalanceSchema), required=True)


class StatementLineSchema(Schema):
    """One transaction: what it did to the available and the held points, and why."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    available = fields.Integer(required=True)
    held = fields.Integer(required=True)
    effective_on = fields.Date(required=True)
    posted_at = fields.DateTime(required=True)
    source = fields.String(required=True)
    reason = fields.String(required=True)
    explanation = fields.List(fields.String(), required=True)


class FailureSchema(Schema):
    """A service record that could not be settled yet, and why."""

    service_record_id = fields.UUID(attribute="failure.service_record_id", required=True)
    volunteer_number = fields.String(required=True)
    day = fields.Date(attribute="failure.day", required=True)
    code = fields.String(attribute="failure.code", required=True)
    message = fields.String(attribute="failure.message", required=True)
    attempts = fields.Integer(attribute="failure.attempts", required=True)
    failed_at = fields.DateTime(attribute="failure.failed_at", required=True)
    retry_at = fields.DateTime(attribute="failure.retry_at", required=True)
