"""Shapes of requests and answers about a station's ledger."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema


class ExportQuerySchema(Schema):
    """Which rows of a station's ledger; days are the jurisdiction's, both included."""

    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    kind = fields.String(
        validate=validate.OneOf(("redemption", "refund", "adjustment", "reversal"))
    )
    person = fields.String(
        validate=validate.Length(1, 20), metadata={"description": "A volunteer number"}
    )


class LedgerQuerySchema(ExportQuerySchema, PageQuerySchema):
    """Which rows, and which page of them."""


class LedgerRowSchema(Schema):
    """One entry on the station's points."""

    day = fields.Date(required=True)
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    redemption_id = fields.UUID(required=True, allow_none=True)
    item = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True, allow_none=True)
    volunteer_number = fields.String(required=True, allow_none=True)
    points_in = fields.Integer(required=True)
    points_out = fields.Integer(required=True)
    running_total = fields.Integer(required=True)
    served_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)


class TotalsSchema(Schema):
    """Sums over everything that passes the filter, whatever page is shown."""

    count = fields.Integer(required=True)
    points_in = fields.Integer(required=True)
    points_out = fields.Integer(required=True)
    net = fields.Integer(required=True)


class StationLedgerSchema(Schema):
    """One page of a station's ledger, the latest first."""

    totals = fields.Nested(TotalsSchema, required=True)
    items = fields.List(fields.Nested(LedgerRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
