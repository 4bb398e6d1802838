"""Shapes of drafts, simulations and versions of rules."""

from datetime import date
from typing import Any, Final

from marshmallow import fields, post_load, validate

from incentive.core.http import Schema
from incentive.settlement.rulebook.domain import STATES

REASON_MAX: Final = 200
_DAYS: Final = validate.Range(date(2000, 1, 1), date(2999, 12, 31))
_REASON: Final = validate.Length(1, REASON_MAX)
_WORDS: Final[dict[str, Any]] = {
    "metadata": {"description": "A sentence per rule, in the reader's language"}
}


class NewDraftSchema(Schema):
    """A rule set to be in force from a day on."""

    document = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={
            "description": "The rules in the order in which they work",
            "example": {"rules": [{"rule": "block", "block_minutes": 6, "block_points": 1}]},
        },
    )
    effective_from = fields.Date(required=True, validate=_DAYS)
    reason = fields.String(required=True, validate=_REASON)


class DraftSchema(Schema):
    """A draft, and what became of it."""

    id = fields.UUID(required=True)
    document = fields.Dict(keys=fields.String(), required=True)
    words = fields.List(fields.String(), required=True, **_WORDS)
    document_hash = fields.String(required=True, metadata={"description": "SHA-256, hex"})
    effective_from = fields.Date(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(STATES)))
    proposed_by = fields.String(required=True, metadata={"description": "Volunteer number"})
    proposed_at = fields.DateTime(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    decision = fields.String(required=True)


class VersionSchema(Schema):
    """Rules that are, were or will be in force, until the next ones begin."""

    id = fields.UUID(required=True)
    document = fields.Dict(keys=fields.String(), required=True)
    words = fields.List(fields.String(), required=True, **_WORDS)
    effective_from = fields.Date(required=True)
    proposed_by = fields.String(required=True, allow_none=True)
    approved_by = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    draft_id = fields.UUID(required=True, allow_none=True)


class MonthsSchema(Schema):
    """Whole months, the first and the last: 2026-05."""

    first_month = fields.String(
        required=True, validate=validate.Regexp(r"^20\d\d-(0[1-9]|1[0-2])$")
    )
    last_month = fields.String(required=True, validate=validate.Regexp(r"^20\d\d-(0[1-9]|1[0-2])$"))

    @post_load
    def _as_days(self, data: dict[str, Any], **_: Any) -> dict[str, date]:
        return {name: date.fromisoformat(f"{month}-01") for name, month in data.items()}


class SimulationSchema(Schema):
    """A simulation, and how far it is."""

    id = fields.UUID(required=True)
    draft_id = fields.UUID(required=True)
    document_hash = fields.String(required=True)
    first_month = fields.String(required=True)
    last_month = fields.String(required=True)
    asked_at = fields.DateTime(required=True)
    records_total = fields.Integer(required=True, allow_none=True)
    records_done = fields.Integer(required=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    error = fields.String(required=True)


class ChangeSchema(Schema):
    """What was paid and would have been, of a month or a kind of activity, in points."""

    name = fields.String(required=True)
    records = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    would_pay = fields.Integer(required=True)


class PersonChangeSchema(Schema):
    """What a person was paid and would have been, in points."""

    volunteer_number = fields.String(required=True)
    records = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    would_pay = fields.Integer(required=True)


class ResultsSchema(Schema):
    """What a simulation came to, with the 40 people for whom most changes."""

    simulation = fields.Nested(SimulationSchema, required=True)
    records = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    would_pay = fields.Integer(required=True)
    people = fields.Integer(required=True)
    people_changed = fields.Integer(required=True)
    months = fields.List(fields.Nested(ChangeSchema), required=True)
    kinds = fields.List(fields.Nested(ChangeSchema), required=True)
    most_changed = fields.List(fields.Nested(PersonChangeSchema), required=True)


class DecisionSchema(Schema):
    """Why a draft is not approved."""

    reason = fields.String(required=True, validate=_REASON)
