"""Shapes of the second factor's endpoints."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.people.schemas import CODE_LENGTH_MAX, SessionSchema


class FactorCodeSchema(Schema):
    """Six digits from the authenticator app, or a recovery code."""

    code = fields.String(
        required=True, validate=validate.Length(1, CODE_LENGTH_MAX), metadata={"example": "123456"}
    )


class SetupSchema(Schema):
    """What the authenticator app is given."""

    secret = fields.String(required=True, metadata={"description": "Base 32, to be typed"})
    address = fields.String(required=True, metadata={"description": "What the QR code holds"})


class RecoveryCodesSchema(Schema):
    """Codes for who loses the app: each good once, shown this once."""

    recovery_codes = fields.List(fields.String(), required=True)


class EnrolledSchema(RecoveryCodesSchema):
    """The app is in use; a session that waited for it is open, under a new token."""

    session = fields.Nested(SessionSchema, required=True, allow_none=True)
