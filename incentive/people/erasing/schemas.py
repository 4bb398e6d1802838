"""Shapes of erasing persons."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from incentive.core.http import Schema
from incentive.people.erasing.domain import Status
from incentive.people.finding import REASON_MAX
from incentive.people.passwords import LENGTH_MAX
from incentive.people.schemas import CODE_LENGTH_MAX


def _line(text: str) -> None:
    if not text.strip() or not text.isprintable():
        raise ValidationError("Say in one line why.")


_REASON: Any = [validate.Length(1, REASON_MAX), _line]
_GIVES_UP = {"description": "Points that are left at the end lapse; without it there may be none"}


class ProofSchema(Schema):
    """Who one is, anew: by the password, or by a code that was sent to one's phone for this."""

    password = fields.String(validate=validate.Length(1, LENGTH_MAX))
    code = fields.String(validate=validate.Length(1, CODE_LENGTH_MAX))

    @validates_schema
    def _one_of(self, data: dict[str, Any], **_: Any) -> None:
        if len({"password", "code"} & data.keys()) != 1:
            raise ValidationError("Give either the password or a code.", "password")


class NewErasureSchema(ProofSchema):
    """Asking to be erased."""

    gives_up_points = fields.Boolean(load_default=False, metadata=_GIVES_UP)


class ProposedErasureSchema(Schema):
    """Asking for somebody who asked staff for it."""

    reason = fields.String(required=True, validate=_REASON)
    gives_up_points = fields.Boolean(load_default=False, metadata=_GIVES_UP)


class ErasureDecisionSchema(Schema):
    """Why it is done, or not."""

    reason = fields.String(required=True, validate=_REASON)


class ErasureSchema(Schema):
    """How far an erasure is."""

    id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(Status)))
    asked_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Until then it can be called off"}
    )
    gives_up_points = fields.Boolean(required=True)
    waits_for = fields.String(
        required=True, metadata={"description": "The code of what stood in its way at the last try"}
    )


class ListedErasureSchema(ErasureSchema):
    """An erasure as staff see it."""

    id = fields.UUID(attribute="Erasure.id", required=True)
    status = fields.String(attribute="Erasure.status", required=True)
    asked_at = fields.AwareDateTime(attribute="Erasure.asked_at", required=True)
    due_at = fields.AwareDateTime(attribute="Erasure.due_at", required=True, allow_none=True)
    gives_up_points = fields.Boolean(attribute="Erasure.gives_up_points", required=True)
    waits_for = fields.String(attribute="Erasure.waits_for", required=True)
    reason = fields.String(attribute="Erasure.reason", required=True)
    volunteer_number = fields.String(required=True)
    home = fields.String(required=True, allow_none=True)


class HindranceSchema(Schema):
    """What stands in the way, and the way out."""

    code = fields.String(required=True)
    detail = fields.String(attribute="message", required=True)


class OutlookSchema(Schema):
    """What an erasure would meet now."""

    points = fields.Integer(required=True, metadata={"description": "That can still be spent"})
    stops = fields.List(
        fields.Nested(HindranceSchema), required=True, metadata={"description": "Settle it first"}
    )
    waits = fields.List(
        fields.Nested(HindranceSchema),
        required=True,
        metadata={"description": "Others settle it; the erasure waits"},
    )
    current = fields.Nested(ErasureSchema, required=True, allow_none=True)
