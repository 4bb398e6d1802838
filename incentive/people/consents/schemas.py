"""Shapes of notices and consents."""

from datetime import UTC, datetime

from marshmallow import fields, validate

from incentive.core.http import Schema, page_of
from incentive.people.consents.domain import (
    CHANGES_MAX,
    TEXT_MAX,
    TITLE_MAX,
    Capacity,
    Channel,
    Kind,
)
from incentive.people.identity import ID_TYPES
from incentive.people.schemas import printable

KINDS = [kind.value for kind in Kind]
_YEARS = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_TITLE = validate.Length(1, TITLE_MAX)
_TEXT = validate.Length(1, TEXT_MAX)
_CHANGES = validate.Length(max=CHANGES_MAX)


class PrivacyNoticeSchema(Schema):
    """A published version of a notice, in Chinese and English; paragraphs are parted by blank lines.

    `effective_from` is null for the first, which holds from the beginning. `renews`: whoever
    agreed to an earlier version is asked again.
    """

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    version = fields.Integer(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)
    changes_zh = fields.String(required=True, metadata={"description": "What is new in it"})
    changes_en = fields.String(required=True)
    renews = fields.Boolean(required=True)
    effective_from = fields.AwareDateTime(required=True, allow_none=True)
    published_at = fields.AwareDateTime(required=True)


class PrivacyNoticesSchema(Schema):
    """The notices in force, the privacy notice first."""

    items = fields.List(fields.Nested(PrivacyNoticeSchema), required=True)


class NoticeTextsSchema(Schema):
    """What of a draft to write; what is left out stays."""

    title_zh = fields.String(validate=_TITLE)
    title_en = fields.String(validate=_TITLE)
    text_zh = fields.String(validate=_TEXT)
    text_en = fields.String(validate=_TEXT)
    changes_zh = fields.String(validate=_CHANGES)
    changes_en = fields.String(validate=_CHANGES)
    renews = fields.Boolean()


class NewNoticeDraftSchema(NoticeTextsSchema):
    """A version to begin: what is left out is as in the last one."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))


class NoticeDraftSchema(NewNoticeDraftSchema):
    """A version that is being written."""

    id = fields.UUID(required=True)
    drafted_at = fields.AwareDateTime(required=True)


class NoticePublishSchema(Schema):
    """From when the version holds; at once, without."""

    effective_from = fields.AwareDateTime(load_default=None, allow_none=True, validate=_YEARS)


class NewConsentSchema(Schema):
    """A notice to agree to: the one in force, which the person has read.

    For an ID number, month of birth or address, `value` is what is to be kept; it may be left out
    if it is held already.
    """

    notice = fields.UUID(required=True)
    value = fields.String(
        load_default=None, allow_none=True, validate=(validate.Length(1, 200), printable)
    )
    id_type = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(ID_TYPES))


class NoticeNameSchema(Schema):
    """A version of a notice, in short."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    changes_zh = fields.String(required=True)
    changes_en = fields.String(required=True)


class ConsentSchema(Schema):
    """Where one's consent of a kind stands.

    `held`: something is kept by it. `effect` says, in the reader's language, what ends with it.
    """

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = fields.String(required=True)
    given = fields.Boolean(required=True)
    since = fields.AwareDateTime(required=True, allow_none=True)
    agreed_version = fields.Integer(required=True, allow_none=True)
    is_outdated = fields.Boolean(required=True)
    held = fields.Boolean(required=True)
    effect = fields.String(required=True)
    notice = fields.Nested(NoticeNameSchema, required=True)


class ConsentsSchema(Schema):
    """One's consents; `must_read`: a new privacy notice waits to be read."""

    items = fields.List(fields.Nested(ConsentSchema), required=True)
    must_read = fields.Boolean(required=True)


class ConsentActSchema(Schema):
    """That somebody agreed or withdrew: when, who (by volunteer number), as whom and from where."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    given = fields.Boolean(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True, allow_none=True)
    capacity = fields.String(required=True, validate=validate.OneOf([c.value for c in Capacity]))
    channel = fields.String(required=True, validate=validate.OneOf([c.value for c in Channel]))
    network = fields.String(required=True)
    notice_id = fields.UUID(required=True)
    version = fields.Integer(required=True)


PrivacyNoticePageSchema = page_of(PrivacyNoticeSchema)
NoticeDraftPageSchema = page_of(NoticeDraftSchema)
ConsentActPageSchema = page_of(ConsentActSchema)
