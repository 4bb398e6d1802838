"""The shape of an award, from the service to the transaction."""

from marshmallow import fields

from incentive.core.http import Schema


class StepSchema(Schema):
    """What one rule did."""

    rule = fields.String(required=True)
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)
    words = fields.String(required=True, metadata={"description": "In the reader's language"})


class AwardSchema(Schema):
    """The record, the rules in force and what each did, and the transaction it was booked as."""

    record_id = fields.UUID(required=True)
    volunteer_number = fields.String(required=True)
    activity_title = fields.String(required=True)
    activity_kind = fields.String(required=True)
    shift_title = fields.String(required=True)
    region = fields.String(required=True)
    day = fields.Date(required=True)
    check_in_at = fields.DateTime(required=True)
    check_out_at = fields.DateTime(required=True, allow_none=True)
    minutes = fields.Integer(required=True)
    verified_by = fields.String(
        required=True, allow_none=True, metadata={"description": "Null: the two scans"}
    )
    verified_at = fields.DateTime(required=True, allow_none=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)
    points = fields.Integer(required=True)
    rules_from = fields.Date(required=True, metadata={"description": "Since when they pay"})
    rules = fields.String(required=True, metadata={"description": "The same as a sentence"})
    rule_version_id = fields.UUID(required=True)
    awarded_at = fields.DateTime(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    transaction_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null: 0 points"}
    )
    transaction_key = fields.String(required=True, allow_none=True)
    posted_at = fields.DateTime(required=True, allow_none=True)
    closed_by = fields.Integer(
        required=True, allow_none=True, metadata={"description": "What took it back, if anything"}
    )
    closed_as = fields.String(required=True, allow_none=True)
    closed_why = fields.String(required=True, allow_none=True)
