"""Shapes of the sessions' endpoints."""

from marshmallow import fields

from incentive.core.http import Schema


class OpenSessionSchema(Schema):
    """An open session. Browser and network are no finer than a person needs to know them by."""

    id = fields.UUID(required=True)
    browser = fields.String(required=True)
    network = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    used_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "True to the hour"}
    )
    expires_at = fields.AwareDateTime(required=True)
    current = fields.Boolean(required=True)


class OpenSessionsSchema(Schema):
    """One's open sessions, the last used first, at most 100."""

    items = fields.List(fields.Nested(OpenSessionSchema), required=True)
