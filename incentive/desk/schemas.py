"""Shapes of the desk's requests and answers."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema

_SHORT = validate.Length(1, 80)


class DaysSchema(Schema):
    """A stretch of local days, both included."""

    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")


class ActFilterSchema(DaysSchema):
    """Which acts."""

    actor = fields.String(
        validate=_SHORT, metadata={"description": "A volunteer number, `cli` or `system`"}
    )
    action = fields.String(validate=_SHORT, metadata={"example": "role.grant"})
    subject = fields.String(
        validate=_SHORT, metadata={"description": "A volunteer number, or a key: `station:<id>`"}
    )


class ActQuerySchema(ActFilterSchema, PageQuerySchema):
    """Which acts, and which page of them."""


class ActSchema(Schema):
    """One administrative act. `before` and `after` hold ids and figures, never names or phones."""

    id = fields.Integer(required=True, attribute="entry.id")
    at = fields.AwareDateTime(required=True, attribute="entry.at")
    actor = fields.String(required=True)
    role = fields.String(required=True, attribute="entry.role")
    scope = fields.String(required=True, attribute="entry.scope")
    origin = fields.String(required=True, attribute="entry.origin")
    action = fields.String(required=True, attribute="entry.action")
    subject = fields.String(required=True, attribute="entry.subject")
    before = fields.Dict(required=True, allow_none=True, attribute="entry.before")
    after = fields.Dict(required=True, allow_none=True, attribute="entry.after")
    reason = fields.String(required=True, attribute="entry.reason")
