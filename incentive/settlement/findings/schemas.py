"""Shapes of findings."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.settlement.findings.domain import KINDS
from incentive.settlement.findings.listing import STATES


class AttendanceFindingsQuerySchema(PageQuerySchema):
    """Which findings."""

    state = fields.String(load_default="open", validate=validate.OneOf(STATES))
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))


class AttendanceFindingSchema(Schema):
    """What speaks against a record, and the points that wait because of it.

    `about` is who else is concerned, such as who scanned. Without a `dispute_id` nothing is held.
    """

    id = fields.UUID(required=True)
    record_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    facts = fields.Dict(required=True)
    found_at = fields.AwareDateTime(required=True)
    volunteer_number = fields.String(required=True)
    about = fields.String(required=True, allow_none=True)
    activity = fields.String(required=True)
    region = fields.String(required=True)
    day = fields.Date(required=True)
    minutes = fields.Integer(required=True)
    dispute_id = fields.UUID(required=True, allow_none=True)
    held = fields.Integer(required=True, allow_none=True)
    status = fields.String(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class FindingDecisionSchema(Schema):
    """Whether a finding is cleared (the points are the volunteer's) or upheld, and why."""

    outcome = fields.String(required=True, validate=validate.OneOf(("cleared", "upheld")))
    note = fields.String(required=True, validate=validate.Length(1, 200))
