"""Rule versions, awards, and the records that could not be settled."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class RuleVersion(Base):
    """A rule set in force from a day on, until a later one takes over. Never changed.

    All but the first come from a draft, which `created_by` proposed and `approved_by` approved.
    """

    __tablename__ = "rule_versions"
    __table_args__ = (
        UniqueConstraint("effective_from"),
        UniqueConstraint("draft_id"),
        CheckConstraint("(draft_id IS NULL) = (approved_by IS NULL)", "approved"),
        CheckConstraint("approved_by IS NULL OR approved_by <> created_by", "second_person"),
    )

    id: Mapped[Id]
    effective_from: Mapped[date]
    document: Mapped[Any] = mapped_column(JSONB)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[Instant]
    draft_id: Mapped[UUID | None] = mapped_column(ForeignKey("rule_drafts.id"))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))


class Award(Base):
    """What a service record earned, by which rules and why; exactly one per record.

    `transaction_id` is the ledger's; it is absent when the rules gave no points. In the place of
    foreign keys, only `settlement_award` writes awards, and reads from the record whose they are.
    """

    __tablename__ = "awards"
    __table_args__ = (
        CheckConstraint("points >= 0", "points"),
        CheckConstraint("(points > 0) = (transaction_id IS NOT NULL)", "posted"),
        # What a person was awarded for one activity is summed from here too: docs/decisions/0006.
        Index(None, "person_id", "day"),
    )

    service_record_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    activity_id: Mapped[UUID]
    day: Mapped[date]
    points: Mapped[int]
    rule_version_id: Mapped[UUID]
    explanation: Mapped[Any] = mapped_column(JSONB)
    transaction_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    expires_on: Mapped[date | None]
    awarded_at: Mapped[Instant]


class SettlementFailure(Base):
    """A record that could not be settled: set aside, shown, and harmless to the rest."""

    __tablename__ = "settlement_failures"
    __table_args__ = (Index(None, "failed_at", "service_record_id"), Index(None, "region_id"))

    service_record_id: Mapped[UUID] = mapped_column(
        ForeignKey("service_records.id"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    day: Mapped[date]
    code: Mapped[String]
    message: Mapped[String]
    attempts: Mapped[int] = mapped_column(Integer, default=1)
    failed_at: Mapped[Instant]
    retry_at: Mapped[Instant]
