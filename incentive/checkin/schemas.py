"""Shapes of the check-in's endpoints."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from incentive.checkin.domain import TYPED_LENGTH_MAX, ScanRequest, typed_number
from incentive.checkin.verdict import Flag, Outcome
from incentive.core.http import Schema, page_of
from incentive.core.paging import PageQuerySchema

BATCH_MAX: Final = 500
CODE_LENGTH_MAX: Final = 512
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_YEARS: Final = validate.Range(_FIRST, _LAST)
_ORDINARY: Final = frozenset({"nonce", "code", "scanned_at"})
_REASON: Final = validate.And(validate.Length(1, 500), validate.Regexp(r"(?s).*\S"))
_STATUSES: Final = ("pending", "verified", "rejected")


class PlaceSchema(Schema):
    """Where the scan was made, in degrees. Compared with the shift's place and never kept."""

    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))


class ScanSchema(Schema):
    """A scan. By the person: the shift's code. By a steward: the shift and a card's code or number."""

    nonce = fields.UUID(
        required=True, metadata={"description": "Made by the device; a retry sends the same"}
    )
    scanned_at = fields.AwareDateTime(
        required=True, validate=_YEARS, metadata={"description": "By the device's clock"}
    )
    code = fields.String(validate=validate.Length(1, CODE_LENGTH_MAX))
    shift_id = fields.UUID(metadata={"description": "For a card or a volunteer number"})
    volunteer_number = fields.String(validate=validate.Length(1, TYPED_LENGTH_MAX))
    place = fields.Nested(PlaceSchema)

    def load(self, data: Any, **options: Any) -> Any:
        """Return the `ScanRequest` in `data`; the ordinary scan without the schema's ceremony."""
        return _ordinary(data) or super().load(data, **options)

    @validates_schema
    def _one_of_two(self, data: dict[str, Any], **_: Any) -> None:
        if ("code" in data) == ("volunteer_number" in data):
            raise ValidationError("Send either a code or a volunteer_number.", "code")
        number = data.get("volunteer_number")
        if number is not None and typed_number(number) is None:
            raise ValidationError(
                "This is no volunteer number; check its digits.", "volunteer_number"
            )

    @post_load
    def _scan(self, data: dict[str, Any], **_: Any) -> ScanRequest:
        place = data.pop("place", None)
        return ScanRequest(**data, place=place and (place["latitude"], place["longitude"]))


def _ordinary(data: Any) -> ScanRequest | None:
    """Return what `ScanSchema` would make of a scan by the person; `None`: let it look closely."""
    if type(data) is not dict or data.keys() != _ORDINARY:
        return None
    code = data["code"]
    try:
        nonce, at = UUID(data["nonce"]), datetime.fromisoformat(data["scanned_at"])
    except (ValueError, TypeError, AttributeError):
        return None
    # ASCII without the null character: neither may be in a text that PostgreSQL keeps.
    plain = type(code) is str and code.isascii() and code.isprintable()
    if not plain or not 0 < len(code) <= CODE_LENGTH_MAX or at.tzinfo is None:
        return None
    return ScanRequest(nonce, at, code) if _FIRST <= at <= _LAST else None


class BatchSchema(Schema):
    """Scans kept without network. Each row is read by itself, as `ScanSchema`."""

    scans = fields.List(
        fields.Raw(allow_none=True),
        required=True,
        validate=validate.Length(1, BATCH_MAX),
        metadata={"items": {"type": "object"}},
    )


class ScannedShiftSchema(Schema):
    """The shift that was scanned for."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class ScannedRecordSchema(Schema):
    """The service record that a check-out made."""

    id = fields.UUID(required=True)
    minutes = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(_STATUSES))


class ScanAnswerSchema(Schema):
    """What an accepted scan did. A retry of its nonce gets the very same answer."""

    nonce = fields.UUID(required=True)
    verdict = fields.String(
        required=True, validate=validate.OneOf([o.value for o in Outcome if o != Outcome.REFUSED])
    )
    flags = fields.List(
        fields.String(validate=validate.OneOf([flag.value for flag in Flag])), required=True
    )
    volunteer_number = fields.String(required=True)
    shift = fields.Nested(ScannedShiftSchema, required=True)
    attendance_id = fields.UUID(required=True)
    check_in_at = fields.AwareDateTime(required=True)
    check_out_at = fields.AwareDateTime(required=True, allow_none=True)
    service_record = fields.Nested(ScannedRecordSchema, required=True, allow_none=True)


class BatchRowSchema(Schema):
    """One row's answer: as if sent alone, with its status; a refused one has code and detail."""

    nonce = fields.String(required=True, allow_none=True)
    status = fields.Integer(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf([o.value for o in Outcome]))
    code = fields.String()
    detail = fields.String()
    field = fields.String()
    flags = fields.List(fields.String())
    volunteer_number = fields.String()
    shift = fields.Nested(ScannedShiftSchema)
    attendance_id = fields.UUID()
    check_in_at = fields.AwareDateTime()
    check_out_at = fields.AwareDateTime(allow_none=True)
    service_record = fields.Nested(ScannedRecordSchema, allow_none=True)


class BatchAnswerSchema(Schema):
    """The answers, in the order of the scans."""

    results = fields.List(fields.Nested(BatchRowSchema), required=True)


class ShiftCodeSchema(Schema):
    """A shift's code: `text` for people to read and type, `url` for the drawing."""

    code = fields.String(required=True)
    text = fields.String(required=True)
    url = fields.String(required=True)
    now = fields.AwareDateTime(required=True, metadata={"description": "By the server's clock"})
    expires_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Null for a printed code"}
    )


class AttendanceSchema(Schema):
    """Who was or is at a shift, by volunteer number."""

    id = fields.UUID(required=True)
    shift_id = fields.UUID(required=True)
    volunteer_number = fields.String(required=True)
    check_in_at = fields.AwareDateTime(required=True)
    check_out_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_by = fields.String(required=True, allow_none=True)
    walk_in = fields.Boolean(required=True)
    check_in_proved = fields.Boolean(required=True)
    check_out_proved = fields.Boolean(required=True, allow_none=True)
    confirmed = fields.Boolean(required=True)
    record_id = fields.UUID(required=True, allow_none=True)
    record_status = fields.String(required=True, allow_none=True)
    minutes = fields.Integer(required=True, allow_none=True)


class ServiceRecordSchema(Schema):
    """Minutes served, and all that is needed to judge them."""

    id = fields.UUID(required=True)
    attendance_id = fields.UUID(required=True)
    volunteer_number = fields.String(required=True)
    activity_id = fields.UUID(required=True)
    activity_title = fields.String(required=True)
    activity_kind = fields.String(required=True)
    shift_id = fields.UUID(required=True)
    shift_title = fields.String(required=True)
    place = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    day = fields.Date(required=True)
    check_in_at = fields.AwareDateTime(required=True)
    check_out_at = fields.AwareDateTime(required=True)
    closed_by = fields.String(required=True)
    walk_in = fields.Boolean(required=True)
    check_in_proved = fields.Boolean(required=True)
    check_out_proved = fields.Boolean(required=True)
    overlaps = fields.Boolean(
        required=True,
        metadata={"description": "Another attendance, not rejected, holds some of its minutes"},
    )
    minutes = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(_STATUSES))
    reason = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    settled = fields.Boolean(
        required=True, metadata={"description": "Its award was decided; nobody changes it any more"}
    )
    settled_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When its award was decided"}
    )


class RecordQuerySchema(PageQuerySchema):
    """Which records to list."""

    status = fields.String(load_default="pending", validate=validate.OneOf(_STATUSES))


class VerificationSchema(Schema):
    """Why a record is verified; needed for one that was rejected."""

    reason = fields.String(load_default="", validate=_REASON)


class RejectionSchema(Schema):
    """Why a record is refused; the person reads it."""

    reason = fields.String(required=True, validate=_REASON)


AttendancePageSchema = page_of(AttendanceSchema)
ServiceRecordPageSchema = page_of(ServiceRecordSchema)
