"""Shapes of the linked accounts' endpoints."""

from marshmallow import fields

from incentive.core.http import Schema


class IdentitySchema(Schema):
    """An account at another service that signs its person in."""

    id = fields.UUID(required=True)
    provider = fields.String(required=True)
    linked_at = fields.AwareDateTime(required=True)


class IdentitiesSchema(Schema):
    """One's linked accounts: one of each service."""

    items = fields.List(fields.Nested(IdentitySchema), required=True)
