"""Shapes of family links."""

from marshmallow import fields, validate

from incentive.core.http import Schema


class InvitationSchema(Schema):
    """Whom to ask."""

    volunteer_number = fields.String(required=True, validate=validate.Length(1, 20))


class RelativeSchema(Schema):
    """A family member, or a request: `asked` by the caller, `asking` the caller."""

    id = fields.UUID(required=True)
    volunteer_number = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("linked", "asked", "asking")))


class FamilySchema(Schema):
    """All family members and open requests of the caller."""

    items = fields.List(fields.Nested(RelativeSchema), required=True)
