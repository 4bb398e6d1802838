"""Shapes of guardians' endpoints."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.people.schemas import label

REASON_MAX = 200
_NUMBER = validate.Length(1, 20)


class InvitationMadeSchema(Schema):
    """An invitation for a guardian: `url` is what its QR code holds, shown this once."""

    url = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class InviterSchema(Schema):
    """Who invites, the name masked."""

    volunteer_number = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


class GuardianAcceptanceSchema(Schema):
    """The notice to guardians in force, which the guardian has read and agrees to."""

    notice = fields.UUID(required=True)


class WardSchema(Schema):
    """A minor whose guardian the caller is; `consented`: a guardian's consent holds now."""

    id = fields.UUID(required=True)
    volunteer_number = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    age_class = fields.String(required=True, allow_none=True)
    consented = fields.Boolean(required=True)


class WardsSchema(Schema):
    """All minors whose guardian the caller is."""

    items = fields.List(fields.Nested(WardSchema), required=True)


class GuardianSchema(Schema):
    """One's guardian: `how` it came about."""

    volunteer_number = fields.String(required=True)
    how = fields.String(required=True, validate=validate.OneOf(["invited", "paper"]))
    since = fields.AwareDateTime(required=True)


class GuardiansSchema(Schema):
    """The caller's guardians; `needed`: without a guardian's consent they sign up for nothing."""

    items = fields.List(fields.Nested(GuardianSchema), required=True)
    needed = fields.Boolean(required=True)


class GuardianConfirmationSchema(GuardianAcceptanceSchema):
    """From paper: who is whose guardian, by volunteer numbers, and how the worker knows."""

    minor = fields.String(required=True, validate=_NUMBER)
    guardian = fields.String(required=True, validate=_NUMBER)
    reason = label(REASON_MAX)


class GuardianConfirmedSchema(Schema):
    """The minor whose guardian was entered."""

    id = fields.UUID(required=True)


class WardWithdrawnSchema(Schema):
    """What withdrawing did: `released` places on shifts to come were given back."""

    released = fields.Integer(required=True)
