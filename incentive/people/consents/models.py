"""Notices, their drafts, and consents. What is published or agreed to is never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String

_KINDS = "kind IN ('privacy','id_number','birth_month','address','minors')"


class PrivacyNotice(Base):
    """A published version of a notice, in both languages; append-only.

    It holds from `effective_from` until the next version does. The first of each kind came with
    the product, holds from the beginning and was published by nobody. `renews`: whoever agreed to
    an earlier version has to agree again.
    """

    __tablename__ = "privacy_notices"
    __table_args__ = (
        CheckConstraint(_KINDS, "kind"),
        CheckConstraint("version BETWEEN 1 AND 10000", "version"),
        CheckConstraint(
            "title_zh <> '' AND title_en <> '' AND text_zh <> '' AND text_en <> ''",
            "both_languages",
        ),
        CheckConstraint("version = 1 OR (changes_zh <> '' AND changes_en <> '')", "changes_told"),
        CheckConstraint("(effective_from IS NULL) = (published_by IS NULL)", "published"),
        UniqueConstraint("kind", "version"),
    )

    id: Mapped[Id]
    kind: Mapped[String]
    version: Mapped[int] = mapped_column(Integer)
    title_zh: Mapped[String]
    title_en: Mapped[String]
    text_zh: Mapped[String]
    text_en: Mapped[String]
    changes_zh: Mapped[str] = mapped_column(Text, default="", server_default="")
    changes_en: Mapped[str] = mapped_column(Text, default="", server_default="")
    renews: Mapped[bool] = mapped_column(Boolean)
    effective_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    published_at: Mapped[Instant] = mapped_column(server_default=text("now()"))


class PrivacyNoticeDraft(Base):
    """A notice that is being written; publishing it copies it and takes it away."""

    __tablename__ = "privacy_notice_drafts"
    __table_args__ = (CheckConstraint(_KINDS, "kind"), Index(None, "drafted_at", "id"))

    id: Mapped[Id]
    kind: Mapped[String]
    title_zh: Mapped[String]
    title_en: Mapped[String]
    text_zh: Mapped[String]
    text_en: Mapped[String]
    changes_zh: Mapped[String]
    changes_en: Mapped[String]
    renews: Mapped[bool] = mapped_column(Boolean)
    drafted_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    drafted_at: Mapped[Instant]


class Consent(Base):
    """Somebody agreed to a notice, or withdrew: append-only; the last of a kind is what holds.

    `by_person_id` is who did it, in their `capacity` (nobody: a command); `channel` and the coarse
    `network` say from where. It belongs to `person_id`, and is shown to them as their history.
    """

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint(_KINDS, "kind"),
        CheckConstraint("capacity IN ('self','guardian','worker')", "capacity"),
        CheckConstraint("channel IN ('page','api','paper','command')", "channel"),
        Index(None, "person_id", "kind", "number"),
        Index(None, "by_person_id"),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[String]
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("privacy_notices.id"))
    given: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[Instant]
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    capacity: Mapped[String]
    channel: Mapped[String]
    network: Mapped[str] = mapped_column(Text, default="", server_default="")
