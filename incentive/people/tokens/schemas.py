"""Shapes of the API tokens' endpoints."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.people.permissions import PERMISSIONS
from incentive.people.schemas import label
from incentive.people.tokens.service import DAYS, DAYS_MAX, OWN

_SCOPE = validate.OneOf([OWN, *PERMISSIONS])


class MakeTokenSchema(Schema):
    """What a token is for: its name, a part of what you may, and its end."""

    name = label(60)
    scopes = fields.List(
        fields.String(validate=_SCOPE),
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "Permissions; `own` for what is your own"},
    )
    days = fields.Integer(load_default=DAYS, validate=validate.Range(1, DAYS_MAX), strict=True)


class TokenSchema(Schema):
    """A token; what it was given, of which it has what its person's present roles give."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = fields.AwareDateTime(required=True)
    used_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True)


class FreshTokenSchema(TokenSchema):
    """A token, shown this once and sent as `Authorization: Bearer`."""

    token = fields.String(required=True)


class TokensSchema(Schema):
    """One's tokens, the newest first, at most 100."""

    items = fields.List(fields.Nested(TokenSchema), required=True)
