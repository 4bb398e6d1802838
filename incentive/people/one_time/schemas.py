"""Shapes of the one-time codes' endpoints."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.people.one_time.domain import Purpose
from incentive.people.passwords import LENGTH_MAX
from incentive.people.schemas import CODE_LENGTH_MAX

_PHONE = validate.Length(1, 40)
_CODE = validate.Length(1, CODE_LENGTH_MAX)
_ASKED_FOR = [Purpose.SIGN_IN.value, Purpose.REGISTER.value, Purpose.PASSWORD.value]


class AskForCodeSchema(Schema):
    """For which phone, and what for."""

    phone = fields.String(required=True, validate=_PHONE, metadata={"example": "13812345678"})
    purpose = fields.String(required=True, validate=validate.OneOf(_ASKED_FOR))


class SentSchema(Schema):
    """Told alike whether or not anybody here has the phone."""

    expires_in_seconds = fields.Integer(required=True)
    again_in_seconds = fields.Integer(required=True)


class SignInByCodeSchema(Schema):
    """Phone, and the code that was sent to it."""

    phone = fields.String(required=True, validate=_PHONE, metadata={"example": "13812345678"})
    code = fields.String(required=True, validate=_CODE, metadata={"example": "123456"})


class NewPasswordByCodeSchema(SignInByCodeSchema):
    """A new password in place of a forgotten one."""

    new = fields.String(required=True, validate=validate.Length(1, LENGTH_MAX))
