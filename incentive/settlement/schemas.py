"""Shapes of balances, statements and failures."""

from datetime import date
from typing import Any, Final

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.ledger.as_of import BASES

# Days beyond these cannot be reckoned with, and nothing lies there.
_DAYS: Final = validate.Range(date(2000, 1, 1), date(2999, 12, 31))
_BASIS: Final[dict[str, Any]] = {
    "load_default": "booked",
    "validate": validate.OneOf(BASES),
    "metadata": {
        "description": "`booked`: by when it was entered. `effective`: by the day it belongs to."
    },
}


class BalanceSchema(Schema):
    """Points of one expiry. `held` ones are reserved for an order."""

    purpose = fields.String(required=True, validate=validate.OneOf(["available", "held"]))
    points = fields.Integer(required=True)
    expires_on = fields.Date(required=True, metadata={"description": "9999-12-31: never"})


class BalancesQuerySchema(Schema):
    """The balances of which day's end; without one, of now."""

    on = fields.Date(validate=_DAYS)
    basis = fields.String(**_BASIS)


class BalancesSchema(Schema):
    """What a person has: whole points. The last three only where a day was asked for."""

    available = fields.Integer(required=True)
    held = fields.Integer(required=True)
    balances = fields.List(fields.Nested(BalanceSchema), required=True)
    on = fields.Date()
    basis = fields.String(validate=validate.OneOf(BASES))
    final = fields.Boolean(metadata={"description": "This answer will never be another"})


class AccountBalanceSchema(Schema):
    """Points on one of an owner's accounts; below 0 only where they are issued."""

    purpose = fields.String(required=True)
    points = fields.Integer(required=True)
    expires_on = fields.Date(required=True, metadata={"description": "9999-12-31: never"})


class AccountBalancesSchema(Schema):
    """What stands on an owner's accounts at the end of a day."""

    owner = fields.String(required=True)
    on = fields.Date(required=True)
    basis = fields.String(required=True, validate=validate.OneOf(BASES))
    final = fields.Boolean(required=True)
    balances = fields.List(fields.Nested(AccountBalanceSchema), required=True)


class StatementQuerySchema(PageQuerySchema):
    """Which days, both included, and which page; without days, everything up to today."""

    first = fields.Date(data_key="from", validate=_DAYS)
    last = fields.Date(data_key="to", validate=_DAYS)
    basis = fields.String(**_BASIS)


class StatementLineSchema(Schema):
    """One transaction: what it did to the available and the held points, and why.

    `effective_on` is the day it belongs to, `posted_at` when it was entered.
    """

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    available = fields.Integer(required=True)
    held = fields.Integer(required=True)
    moved = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Points by the purpose of the account"},
    )
    effective_on = fields.Date(required=True)
    posted_at = fields.DateTime(required=True)
    source = fields.String(required=True)
    reason = fields.String(required=True)
    explanation = fields.List(fields.String(), required=True)
    record_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Of an award: see /awards"}
    )
    rules_from = fields.Date(
        required=True, allow_none=True, metadata={"description": "Since when its rules pay"}
    )


class StatementSchema(Schema):
    """A page of a statement; opening and closing are of the whole of it, by purpose."""

    first = fields.Date(data_key="from", required=True, allow_none=True)
    last = fields.Date(data_key="to", required=True)
    basis = fields.String(required=True, validate=validate.OneOf(BASES))
    opening = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    closing = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    final = fields.Boolean(required=True, metadata={"description": "It will never be another"})
    items = fields.List(fields.Nested(StatementLineSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class FailureSchema(Schema):
    """A service record that could not be settled yet, and why."""

    service_record_id = fields.UUID(attribute="failure.service_record_id", required=True)
    volunteer_number = fields.String(required=True)
    day = fields.Date(attribute="failure.day", required=True)
    code = fields.String(attribute="failure.code", required=True)
    message = fields.String(attribute="failure.message", required=True)
    attempts = fields.Integer(attribute="failure.attempts", required=True)
    failed_at = fields.DateTime(attribute="failure.failed_at", required=True)
    retry_at = fields.DateTime(attribute="failure.retry_at", required=True)
