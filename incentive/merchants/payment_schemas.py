"""Shapes of a bank's files and rows. Amounts are whole fen."""

import base64
import binascii
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from incentive.core.http import Schema
from incentive.core.i18n import Text, _
from incentive.core.paging import PageQuerySchema
from incentive.merchants.csv_reading import FILE_BYTES_MAX
from incentive.merchants.domain import TRANSFER_STATEMENTS_MAX
from incentive.merchants.statement_schemas import ReferenceField
from incentive.stations.schemas import words

_KINDS = {
    "matched": _("pays the statement"),
    "partial": _("pays a part of the statement: to be decided"),
    "too_much": _("is more than is owed on the statement"),
    "not_payable": _("names a statement on which nothing is owed"),
    "several": _("comes to just what is owed on several statements: to be confirmed"),
    "unknown": _("names no statement, or several"),
    "unquoted": _("names no statement"),
}


def meaning(kind: str) -> Text:
    """Return in words what a row is."""
    return _KINDS[kind]


class ContentField(fields.String):
    """A file's bytes in base64, ordinary or URL-safe."""

    def _deserialize(self, value: Any, *rest: Any, **more: Any) -> Any:
        text = super()._deserialize(value, *rest, **more)
        try:
            padded = str(text) + "=" * (-len(str(text)) % 4)
            return base64.b64decode(padded.translate({45: "+", 95: "/"}), validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError("Not valid base64.") from None


class BankFilePreviewSchema(Schema):
    """A file to be looked at, for the region of a code."""

    region = fields.String(required=True, validate=validate.Length(2, 24))
    content = ContentField(
        required=True,
        validate=validate.Length(1, FILE_BYTES_MAX),
        metadata={"description": "The CSV file in base64", "maxLength": 400_000},
    )


class NewBankFileSchema(BankFilePreviewSchema):
    """A file to be taken in."""

    name = fields.String(required=True, validate=words(100))


class SeenSchema(Schema):
    """A row of a file: what it is, or why it cannot be read."""

    line = fields.Integer(required=True)
    day = fields.Date(attribute="row.day", required=True, allow_none=True)
    fen = fields.Integer(attribute="row.fen", required=True, allow_none=True)
    reference = fields.String(attribute="row.reference", required=True, allow_none=True)
    counterparty = fields.String(attribute="row.counterparty", required=True, allow_none=True)
    known = fields.Boolean(required=True)
    match = fields.String(attribute="match.kind", allow_none=True)
    statements = fields.List(
        ReferenceField(), attribute="match.serials", metadata={"description": "Their numbers"}
    )
    why = fields.String(allow_none=True)


class PreviewSchema(Schema):
    """What each row of a file would be."""

    rows = fields.List(fields.Nested(SeenSchema), required=True)


class TakenSchema(PreviewSchema):
    """What became of a file; a file that brought nothing new has no id."""

    file_id = fields.UUID(required=True, allow_none=True)
    rows_new = fields.Integer(required=True)
    rows_known = fields.Integer(required=True)
    matched = fields.Integer(required=True)


class BankRowQuerySchema(PageQuerySchema):
    """Which rows."""

    state = fields.String(load_default="open", validate=validate.OneOf(("open", "matched", "all")))


class AssignSchema(Schema):
    """Which statement a row paid, in part or whole; or which several, each all that it is owed."""

    statement_id = fields.UUID()
    statement_ids = fields.List(
        fields.UUID(),
        validate=validate.Length(2, TRANSFER_STATEMENTS_MAX),
        metadata={"description": "Without `statement_id`", "uniqueItems": True},
    )

    @validates_schema
    def _one_kind(self, data: dict[str, Any], **_more: Any) -> None:
        if ("statement_id" in data) == ("statement_ids" in data):
            raise ValidationError(str(_("Name either one statement or several.")), "statement_ids")


class SuggestedSchema(Schema):
    """A statement that a row may have paid."""

    id = fields.UUID(required=True)
    reference = ReferenceField(attribute="serial", required=True)
    owed_fen = fields.Integer(attribute="fen", required=True)


class BankRowSchema(Schema):
    """A row from the bank; `match`: what it is, and of which, while it paid no statement."""

    id = fields.UUID(attribute="row.BankRow.id", required=True)
    day = fields.Date(attribute="row.BankRow.day", required=True)
    fen = fields.Integer(attribute="row.BankRow.fen", required=True)
    reference = fields.String(attribute="row.BankRow.reference", required=True)
    counterparty = fields.String(attribute="row.BankRow.counterparty", required=True)
    file = fields.String(attribute="row.file_name", required=True)
    statement_ids = fields.List(fields.UUID(), attribute="paid", required=True)
    match = fields.String(attribute="now.kind", allow_none=True)
    suggestions = fields.List(fields.Nested(SuggestedSchema), attribute="now.statements")
