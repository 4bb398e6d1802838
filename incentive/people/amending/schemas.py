"""Shapes of correcting personal data."""

from marshmallow import ValidationError, fields, validate

from incentive.core.http import Schema
from incentive.people.amending.domain import FIELDS, VALUE_MAX, Status
from incentive.people.finding import REASON_MAX
from incentive.people.identity import ID_TYPES


def _line(text: str) -> None:
    if not text.strip() or not text.isprintable():
        raise ValidationError("Say in one line why.")


class PersonCorrectionReasonSchema(Schema):
    """Why."""

    reason = fields.String(required=True, validate=[validate.Length(1, REASON_MAX), _line])


class NewPersonCorrectionSchema(PersonCorrectionReasonSchema):
    """What of one's own data should say something else."""

    field = fields.String(required=True, validate=validate.OneOf(FIELDS))
    value = fields.String(required=True, validate=validate.Length(1, VALUE_MAX))
    id_type = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(ID_TYPES))


class PersonCorrectionSchema(Schema):
    """How far a correction is; what it says is told to nobody by this."""

    id = fields.UUID(required=True)
    field = fields.String(required=True, validate=validate.OneOf(FIELDS))
    status = fields.String(required=True, validate=validate.OneOf(list(Status)))
    asked_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(
        required=True, metadata={"description": "Why it was refused; else empty"}
    )


class ListedPersonCorrectionSchema(Schema):
    """A correction that waits, in the list of who decides."""

    id = fields.UUID(attribute="PersonCorrection.id", required=True)
    field = fields.String(attribute="PersonCorrection.field", required=True)
    asked_at = fields.AwareDateTime(attribute="PersonCorrection.asked_at", required=True)
    volunteer_number = fields.String(required=True)
    home = fields.String(required=True, allow_none=True)


class LookedPersonCorrectionSchema(Schema):
    """A correction that waits, looked at: masked, or in full where that was asked for."""

    id = fields.UUID(attribute="correction.id", required=True)
    field = fields.String(attribute="correction.field", required=True)
    asked_at = fields.AwareDateTime(attribute="correction.asked_at", required=True)
    volunteer_number = fields.String(required=True)
    home = fields.String(required=True, allow_none=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, metadata={"description": "The person's own words"})
