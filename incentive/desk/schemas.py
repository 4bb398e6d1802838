"""Shapes of the desk's requests and answers."""

from datetime import date
from typing import Final

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.desk.words import ASSETS, KINDS, PURPOSES

_SHORT = validate.Length(1, 80)
_BIGINT = (1 << 63) - 1
_ROW = validate.Range(0, _BIGINT)
# Days beyond these cannot be reckoned with, and nothing lies there.
_DAYS: Final = validate.Range(date(2000, 1, 1), date(2999, 12, 31))


class DaysSchema(Schema):
    """A stretch of local days, both included."""

    first_day = fields.Date(data_key="from", validate=_DAYS)
    last_day = fields.Date(data_key="to", validate=_DAYS)


class ActFilterSchema(DaysSchema):
    """Which acts."""

    actor = fields.String(
        validate=_SHORT, metadata={"description": "A volunteer number, `cli` or `system`"}
    )
    action = fields.String(validate=_SHORT, metadata={"example": "role.grant"})
    subject = fields.String(
        validate=_SHORT, metadata={"description": "A volunteer number, or a key: `station:<id>`"}
    )
    region = fields.String(
        validate=validate.Length(2, 24),
        metadata={"description": "A region's code: what was done there, below or at a station"},
    )


class ActQuerySchema(ActFilterSchema, PageQuerySchema):
    """Which acts, and which page of them."""


class ActSchema(Schema):
    """One administrative act. `before` and `after` hold ids and figures, never names or phones."""

    id = fields.Integer(required=True, attribute="entry.id")
    at = fields.AwareDateTime(required=True, attribute="entry.at")
    actor = fields.String(required=True)
    role = fields.String(required=True, attribute="entry.role")
    scope = fields.String(required=True, attribute="entry.scope")
    origin = fields.String(required=True, attribute="entry.origin")
    action = fields.String(required=True, attribute="entry.action")
    subject = fields.String(required=True, attribute="entry.subject")
    before = fields.Dict(required=True, allow_none=True, attribute="entry.before")
    after = fields.Dict(required=True, allow_none=True, attribute="entry.after")
    reason = fields.String(required=True, attribute="entry.reason")


class LedgerFilterSchema(DaysSchema):
    """Which transactions; `by` says which of their two days counts."""

    by = fields.String(load_default="effective", validate=validate.OneOf(("effective", "booked")))
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    asset = fields.String(validate=validate.OneOf(list(ASSETS)))
    purpose = fields.String(validate=validate.OneOf(list(PURPOSES)))
    person = fields.String(validate=_SHORT, metadata={"description": "A volunteer number"})
    station = fields.UUID()
    region = fields.String(
        validate=validate.Length(2, 24),
        metadata={"description": "A region's code: its stations, its people and its own account"},
    )
    account = fields.Integer(validate=validate.Range(1, _BIGINT))
    least = fields.Integer(validate=validate.Range(0, _BIGINT))
    most = fields.Integer(validate=validate.Range(0, _BIGINT))
    actor = fields.String(
        validate=_SHORT, metadata={"description": "A volunteer number, or `system`"}
    )
    source = fields.String(
        validate=_SHORT, metadata={"description": "A key such as `redemption:<id>`"}
    )


class LedgerQuerySchema(LedgerFilterSchema, PageQuerySchema):
    """Which transactions, and which page of them."""


class SeriesQuerySchema(DaysSchema):
    """Which periods."""

    unit = fields.String(load_default="month", validate=validate.OneOf(("day", "week", "month")))


class PeriodSchema(Schema):
    """A stretch of days, both included, and its points."""

    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    issued = fields.Integer(required=True)
    spent = fields.Integer(required=True)
    expired = fields.Integer(required=True)
    outstanding = fields.Integer(
        required=True, metadata={"description": "What people held at the end of it"}
    )


class SeriesSchema(Schema):
    """Periods, the earliest first."""

    items = fields.List(fields.Nested(PeriodSchema), required=True)


class SumSchema(Schema):
    """What came in and went out, of one asset."""

    asset = fields.String(required=True)
    amount_in = fields.Integer(required=True)
    amount_out = fields.Integer(required=True)
    net = fields.Integer(required=True)


class KindTotalSchema(SumSchema):
    """A kind's sums over the whole selection."""

    kind = fields.String(required=True)
    transactions = fields.Integer(required=True)


class TransactionFactsSchema(Schema):
    """What a transaction says of itself."""

    id = fields.Integer(required=True, attribute="transaction.id")
    key = fields.String(required=True, attribute="transaction.key")
    kind = fields.String(required=True, attribute="transaction.kind")
    source = fields.String(required=True, attribute="transaction.source")
    reason = fields.String(required=True, attribute="transaction.reason")
    effective_on = fields.Date(required=True, attribute="transaction.effective_on")
    posted_at = fields.AwareDateTime(required=True, attribute="transaction.posted_at")
    closes = fields.Integer(required=True, allow_none=True, attribute="transaction.closes")
    actor = fields.String(required=True)


class ListedTransactionSchema(TransactionFactsSchema):
    """A transaction of the selection, with the sums of its entries that count."""

    sums = fields.List(fields.Nested(SumSchema), required=True)


class LedgerPageSchema(Schema):
    """One page of transactions, the latest first, under the sums of the selection."""

    totals = fields.List(fields.Nested(KindTotalSchema), required=True)
    items = fields.List(fields.Nested(ListedTransactionSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class EntrySchema(Schema):
    """One line of a transaction; `whose` is a volunteer number or the name of a place.

    The account of a person outside the caller's scope is not told, nor what is on it.
    """

    line = fields.Integer(required=True)
    account_id = fields.Integer(required=True, allow_none=True)
    whose = fields.String(required=True)
    asset = fields.String(required=True)
    purpose = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    amount = fields.Integer(required=True)
    balance = fields.Integer(required=True, allow_none=True)


class TransactionSchema(TransactionFactsSchema):
    """A transaction with its entries, and why an award is what it is."""

    closed_by = fields.Integer(required=True, allow_none=True)
    entries = fields.List(fields.Nested(EntrySchema), required=True)
    explanation = fields.List(fields.String(), required=True)


class ExportQuerySchema(Schema):
    """Which sealed rows: from `from` up to the first checkpoint of `to` rows or more."""

    first = fields.Integer(
        data_key="from",
        load_default=0,
        validate=_ROW,
        metadata={"description": "The first row; of how many rows your last checkpoint is, say"},
    )
    last = fields.Integer(
        data_key="to", validate=_ROW, metadata={"description": "Default: the last checkpoint"}
    )
