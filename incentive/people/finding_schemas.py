"""Shapes of finding persons and of revealing them."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from incentive.core.http import Schema
from incentive.people.finding import REASON_MAX
from incentive.people.identity import ID_TYPES
from incentive.people.personal import FIELDS
from incentive.people.schemas import PersonSchema

_KEYS = ("volunteer_number", "phone", "id_number", "name")


def _reason(text: str) -> None:
    if not text.strip() or not text.isprintable():
        raise ValidationError("Say in one line why.")


class SearchSchema(Schema):
    """One thing that is known of somebody, whole. In the body: an address would be logged."""

    volunteer_number = fields.String(validate=validate.Length(1, 20))
    phone = fields.String(validate=validate.Length(1, 40))
    name = fields.String(validate=validate.Length(1, 50))
    id_number = fields.String(validate=validate.Length(1, 40))
    id_type = fields.String(validate=validate.OneOf(ID_TYPES))

    @validates_schema
    def _one_of(self, data: dict[str, Any], **_: Any) -> None:
        if len([name for name in _KEYS if name in data]) != 1:
            raise ValidationError("Give exactly one of the fields.", "name")


class FoundSchema(PersonSchema):
    """A person, masked."""

    status = fields.String(required=True)
    home = fields.String(required=True, allow_none=True, metadata={"description": "Its name"})
    name = fields.String(attribute="known.name", required=True, allow_none=True)
    phone = fields.String(attribute="known.phone", required=True, allow_none=True)
    id_number = fields.String(attribute="known.id_number", required=True, allow_none=True)
    erased = fields.Boolean(attribute="known.erased", required=True)
    unreadable = fields.List(
        fields.String(),
        attribute="known.unreadable",
        required=True,
        metadata={"description": "What was changed behind the books' back"},
    )


class FoundListSchema(Schema):
    """Everybody found."""

    items = fields.List(fields.Nested(FoundSchema), required=True)


class RevealSchema(Schema):
    """What to see of a person in full, and why."""

    fields_ = fields.List(
        fields.String(validate=validate.OneOf(FIELDS)),
        required=True,
        data_key="fields",
        validate=validate.Length(1, len(FIELDS)),
    )
    reason = fields.String(required=True, validate=(validate.Length(1, REASON_MAX), _reason))


class RevealedSchema(Schema):
    """What was asked for, in full; an ID number with its kind before it."""

    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    id_number = fields.String(required=True, allow_none=True)
    birth_month = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    erased = fields.Boolean(required=True)
    unreadable = fields.List(fields.String(), required=True)
