"""Shapes of people's endpoints."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from incentive.core.http import Schema
from incentive.people.domain import SELF_ROLES
from incentive.people.identity import ID_TYPES
from incentive.people.passwords import LENGTH_MAX
from incentive.people.permissions import ROLES, TABLE
from incentive.regions.models import GridKind

CODE_LENGTH_MAX = 20
_MORE = ("id_type", "id_number", "birth_month", "address")
_YEARS = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_PHONE = validate.Length(1, 40)


def printable(text: str) -> None:
    """Refuse what is no line of text as people write it."""
    if not text.isprintable() or text != text.strip():
        raise ValidationError("Write it without blanks at the ends and control characters.")


def label(length_max: int) -> fields.String:
    """Return a required field for one line of text that people read."""
    return fields.String(required=True, validate=(validate.Length(1, length_max), printable))


class SignInSchema(Schema):
    """Phone and password."""

    phone = fields.String(required=True, validate=_PHONE, metadata={"example": "13812345678"})
    password = fields.String(required=True, validate=validate.Length(1, LENGTH_MAX))


class RegisterSchema(Schema):
    """A new person, who shows the card on paper: nobody chooses a password for another.

    All of it is kept sealed; what is not required need not be told. `notice` is the privacy notice
    in force, which the person has read and agrees to; an ID number, month of birth or address each
    need the notice on it among `item_notices`.
    """

    notice = fields.UUID(required=True, metadata={"description": "From /privacy-notices"})
    item_notices = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=3))
    name = label(50)
    phone = fields.String(required=True, validate=_PHONE, metadata={"example": "13812345678"})
    home_region_id = fields.UUID(required=True, metadata={"description": "A community, or below"})
    role = fields.String(load_default=SELF_ROLES[0], validate=validate.OneOf(SELF_ROLES))
    id_type = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(ID_TYPES))
    id_number = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    birth_month = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[0-9]{4}-[0-9]{2}\Z"),
        metadata={"example": "1990-01", "description": "An ID card's number tells it, too"},
    )
    address = fields.String(
        load_default=None, allow_none=True, validate=(validate.Length(1, 200), printable)
    )

    @post_load
    def _apart(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        more = {name: data.pop(name) for name in _MORE}
        agreed = (data.pop("notice"), *data.pop("item_notices"))
        return data | {"more": more, "agreed": agreed}


class OwnRegistrationSchema(RegisterSchema):
    """Somebody who registers themselves, and so needs a password.

    `code`: the one-time code for registering, where phones are proved.
    """

    password = fields.String(required=True, validate=validate.Length(1, LENGTH_MAX))
    code = fields.String(load_default="", validate=validate.Length(0, CODE_LENGTH_MAX))


class NewPasswordSchema(Schema):
    """The password until now, and the one from now on."""

    current = fields.String(required=True, validate=validate.Length(1, LENGTH_MAX))
    new = fields.String(required=True, validate=validate.Length(1, LENGTH_MAX))


class PersonSchema(Schema):
    """A person as others may know them."""

    id = fields.UUID(required=True)
    volunteer_number = fields.String(required=True)


class RegionNameSchema(Schema):
    """A region, in short."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    level = fields.String(required=True)
    name = fields.String(required=True)


class RoleSchema(Schema):
    """A role over a region or at a station."""

    id = fields.UUID(required=True)
    role = fields.String(required=True)
    region = fields.Nested(RegionNameSchema, required=True, allow_none=True)
    station_id = fields.UUID(required=True, allow_none=True)
    until = fields.AwareDateTime(required=True, allow_none=True)


class MeSchema(PersonSchema):
    """What a person sees of themselves; the phone is masked."""

    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    home = fields.Nested(RegionNameSchema, required=True, allow_none=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)


class SignedInAsSchema(PersonSchema):
    """Who signed in; the name is told once the session is fully open."""

    name = fields.String(required=True, allow_none=True)


class SessionSchema(Schema):
    """A session; its token is shown this once and sent as `Authorization: Bearer`.

    While it awaits something it opens nothing but the way there.
    """

    token = fields.String(required=True)
    awaits = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["code", "enrolment"]),
        metadata={"description": "The second factor's code, or setting it up; null: fully open"},
    )
    expires_at = fields.AwareDateTime(required=True)
    person = fields.Nested(SignedInAsSchema, required=True, attribute="who")


class GrantSchema(Schema):
    """A role to grant: over a region, or (station managers and auditors) at one station."""

    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    region_id = fields.UUID(load_default=None, allow_none=True)
    station_id = fields.UUID(load_default=None, allow_none=True)
    since = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        validate=_YEARS,
        metadata={"description": "When it begins, if that is still to come; else now"},
    )
    until = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        validate=_YEARS,
        metadata={"description": "When it ends by itself; without one it lasts until it is ended"},
    )


class NewDelegationSchema(Schema):
    """What of one's role to hand on, to whom and until when."""

    volunteer_number = fields.String(required=True, validate=validate.Length(1, 20))
    until = fields.AwareDateTime(required=True, validate=_YEARS)
    region_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "A part of the role's region"}
    )
    permissions = fields.List(
        fields.String(validate=validate.OneOf(list(TABLE))),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, len(TABLE)),
        metadata={"description": "Some of what the role allows; all that can be, without them"},
    )


class DelegationSchema(Schema):
    """A role, or a part of one, that was handed on for a time."""

    id = fields.UUID(required=True)
    role = fields.String(required=True)
    region = fields.Nested(RegionNameSchema, required=True, allow_none=True)
    station_id = fields.UUID(required=True, allow_none=True)
    permissions = fields.List(fields.String(), required=True)
    by = fields.String(required=True, metadata={"description": "Volunteer number"})
    to = fields.String(required=True, metadata={"description": "Volunteer number"})
    until = fields.AwareDateTime(required=True)


class DelegationsSchema(Schema):
    """What was handed on by the caller and to them."""

    items = fields.List(fields.Nested(DelegationSchema), required=True)


class GrantedSchema(Schema):
    """A granted role, by the id that ends it."""

    id = fields.UUID(required=True)


class CardSchema(Schema):
    """A member card."""

    volunteer_number = fields.String(required=True)
    serial = fields.Integer(required=True)
    text = fields.String(required=True, metadata={"description": "The code, to be typed"})
    url = fields.String(required=True, metadata={"description": "What the QR code holds"})


class CardKeySchema(Schema):
    """A key that verifies cards."""

    jurisdiction = fields.String(required=True)
    algorithm = fields.String(required=True)
    public_key = fields.String(required=True, metadata={"description": "32 bytes, hexadecimal"})


class CardKeysSchema(Schema):
    """All keys whose cards are good."""

    items = fields.List(fields.Nested(CardKeySchema), required=True)


class GridSchema(Schema):
    """A grid to draw."""

    name = label(100)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in GridKind]))
