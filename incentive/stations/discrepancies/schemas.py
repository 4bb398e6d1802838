"""Shapes of requests and answers about findings."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.stations.discrepancies.domain import STATES
from incentive.stations.schemas import words


class DiscrepancyQuerySchema(PageQuerySchema):
    """Which findings."""

    state = fields.String(load_default="open", validate=validate.OneOf(STATES))


class DiscrepancySchema(Schema):
    """A finding; `facts` are its figures."""

    id = fields.Integer(required=True)
    station_id = fields.UUID(required=True)
    station = fields.String(required=True)
    kind = fields.String(required=True)
    facts = fields.Dict(required=True)
    happened_at = fields.AwareDateTime(required=True)
    found_at = fields.AwareDateTime(required=True)
    redemption_id = fields.UUID(required=True, allow_none=True)
    item = fields.String(required=True, allow_none=True)
    volunteer_number = fields.String(
        required=True, allow_none=True, metadata={"description": "Whom it is about"}
    )
    note = fields.String(required=True, allow_none=True)
    cleared_at = fields.AwareDateTime(required=True, allow_none=True)
    cleared_by = fields.String(required=True, allow_none=True)


class ClearingSchema(Schema):
    """What was found out."""

    note = fields.String(required=True, validate=words(200))
