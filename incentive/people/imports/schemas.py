"""Shapes of imports of persons."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.people.imports.models import STATES

ROW_STATES = ("new", "known", "wrong", "entered", "removed")


class SendListQuerySchema(Schema):
    """Of which area a list is."""

    region = fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9]{2,24}\Z"),
        metadata={"description": "The code of the area; who names no community lives there"},
    )


class ImportSchema(Schema):
    """A list, and how far it is."""

    id = fields.UUID(attribute="sent.id", required=True)
    region_id = fields.UUID(attribute="sent.region_id", required=True)
    region_name = fields.String(required=True)
    sent_at = fields.DateTime(attribute="sent.sent_at", required=True)
    status = fields.String(attribute="sent.status", required=True, validate=validate.OneOf(STATES))
    refusal = fields.String(
        attribute="sent.refusal",
        required=True,
        allow_none=True,
        metadata={"description": "The code of the error, of an `unreadable` one"},
    )
    done = fields.Integer(
        required=True, metadata={"description": "Rows that the work under way has done"}
    )
    new = fields.Integer(attribute="sent.new_rows", required=True)
    known = fields.Integer(attribute="sent.known_rows", required=True)
    wrong = fields.Integer(attribute="sent.wrong_rows", required=True)
    minors = fields.Integer(attribute="sent.minor_rows", required=True)
    children = fields.Integer(
        attribute="sent.child_rows", required=True, metadata={"description": "Under 14"}
    )
    entered = fields.Integer(attribute="sent.entered_rows", required=True)
    removed = fields.Integer(attribute="sent.removed_rows", required=True)
    may_undo = fields.Boolean(required=True)


class RowListQuerySchema(PageQuerySchema):
    """Which rows."""

    status = fields.String(validate=validate.OneOf(ROW_STATES))


class RowAnswerSchema(Schema):
    """What becomes of a row; what says who it is, masked."""

    line = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(ROW_STATES))
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    home = fields.String(required=True, allow_none=True)
    minor = fields.Boolean(required=True)
    faults = fields.List(fields.String(), required=True)
    words = fields.List(fields.String(), required=True)
    volunteer_number = fields.String(required=True, allow_none=True)


class EnterListSchema(Schema):
    """What is confirmed with the entering."""

    guardians = fields.Boolean(
        load_default=False,
        metadata={"description": "Guardians of all under 14 agreed, on paper"},
    )
