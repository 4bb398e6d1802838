"""Shapes of requests and answers about spot checks."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.desk.samples import SIZE_MAX
from incentive.desk.words import KINDS


class NewSampleSchema(Schema):
    """A sample to draw."""

    first_day = fields.Date(data_key="from", required=True)
    last_day = fields.Date(data_key="to", required=True)
    size = fields.Integer(load_default=20, strict=True, validate=validate.Range(1, SIZE_MAX))
    kind = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(KINDS)))
    by_kind = fields.Boolean(
        load_default=False, metadata={"description": "The kinds take turns, so that each is there"}
    )


class SampleSchema(Schema):
    """A sample as it was drawn."""

    id = fields.UUID(required=True)
    made_at = fields.AwareDateTime(required=True)
    first_day = fields.Date(required=True, data_key="from")
    last_day = fields.Date(required=True, data_key="to")
    kind = fields.String(required=True, allow_none=True)
    by_kind = fields.Boolean(required=True)
    size = fields.Integer(required=True)
    seed = fields.String(
        required=True,
        metadata={"description": "Root of the checkpoint of `tree_size` leaves, and the day"},
    )
    tree_size = fields.Integer(required=True)
    last_id = fields.Integer(
        required=True, metadata={"description": "No later transaction was drawn from"}
    )
    population = fields.Integer(required=True)


class SampleRowSchema(Schema):
    """A transaction of the sample, and what was found last."""

    position = fields.Integer(required=True)
    transaction_id = fields.Integer(required=True, attribute="id")
    kind = fields.String(required=True)
    effective_on = fields.Date(required=True)
    source = fields.String(required=True)
    amount = fields.Integer(required=True)
    voucher_seen = fields.Boolean(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    found_by = fields.String(required=True, allow_none=True)
    found_at = fields.AwareDateTime(required=True, allow_none=True)


class WorksheetSchema(Schema):
    """A sample with its rows."""

    sample = fields.Nested(SampleSchema, required=True)
    made_by = fields.String(required=True)
    checked = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    rows = fields.List(fields.Nested(SampleRowSchema), required=True)


class ListedSampleSchema(Schema):
    """A sample in the list."""

    sample = fields.Nested(SampleSchema, required=True, attribute="SpotSample")
    made_by = fields.String(required=True, attribute="made_by_number")
    checked = fields.Integer(required=True)
    missing = fields.Integer(required=True)


class FindingSchema(Schema):
    """What was found at one row."""

    position = fields.Integer(required=True, strict=True, validate=validate.Range(1, SIZE_MAX))
    voucher_seen = fields.Boolean(required=True)
    note = fields.String(load_default="", validate=validate.Length(max=200))


class FindingsSchema(Schema):
    """What was found at some rows."""

    findings = fields.List(
        fields.Nested(FindingSchema), required=True, validate=validate.Length(1, SIZE_MAX)
    )
