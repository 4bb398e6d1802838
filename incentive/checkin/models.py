"""Scans, attendance, service records, and who was showing a shift's code."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String

LANES: Final = (0, 1)
"""All records of a person are settled in one lane, and the lanes side by side."""


class Scan(Base):
    """An accepted scan; its nonce makes every retry the same scan. Refused ones leave no row.

    `verdict` names the rule that decided it. Where it was made is not kept.
    """

    __tablename__ = "scans"
    __table_args__ = (Index(None, "attendance_id"),)

    nonce: Mapped[UUID] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    attendance_id: Mapped[UUID] = mapped_column(ForeignKey("attendances.id"))
    verdict: Mapped[String]
    scanned_at: Mapped[Instant]
    received_at: Mapped[Instant]
    # JSON, not JSONB: a retry is answered with the very same bytes.
    answer: Mapped[Any] = mapped_column(JSON)


class Attendance(Base):
    """A person's presence at a shift; at most one is open per person, held by an index."""

    __tablename__ = "attendances"
    __table_args__ = (
        CheckConstraint("check_out_at IS NULL OR check_out_at >= check_in_at", "times"),
        CheckConstraint("(check_out_at IS NULL) = (closed_by IS NULL)", "closed"),
        CheckConstraint("closed_by IN ('scan','elsewhere','system')", "closed_by"),
        UniqueConstraint("shift_id", "person_id"),
        Index(
            "uq_attendances_open",
            "person_id",
            unique=True,
            postgresql_where=text("check_out_at IS NULL"),
        ),
        Index(None, "person_id", "check_in_at"),
    )

    id: Mapped[Id]
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    check_in_at: Mapped[Instant]
    check_out_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[String | None]
    walk_in: Mapped[bool] = mapped_column(Boolean, default=False)
    # Each end may count by itself only if someone else proved it, on the spot and on line.
    check_in_proved: Mapped[bool]
    check_out_proved: Mapped[bool | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))


class ServiceRecord(Base):
    """Minutes served, with who recorded and who verified them; settled once verified.

    It is settled when it is verified and no longer among the `UnsettledRecord`s.
    """

    __tablename__ = "service_records"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 0 AND 1440", "minutes"),
        CheckConstraint("status IN ('pending','verified','rejected')", "status"),
        CheckConstraint("status = 'pending' OR decided_at IS NOT NULL", "decided"),
        CheckConstraint("status <> 'rejected' OR reason <> ''", "reason"),
        Index(None, "person_id", "id"),
        Index(None, "shift_id"),
        Index("ix_service_records_pending", "id", postgresql_where=text("status = 'pending'")),
    )

    id: Mapped[Id]
    attendance_id: Mapped[UUID] = mapped_column(ForeignKey("attendances.id"), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    day: Mapped[date]
    minutes: Mapped[int]
    status: Mapped[String]
    # NULL: the two scans recorded or decided it, by the stated rule.
    recorder_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Instant]


class UnsettledRecord(Base):
    """A verified record that is still to be paid; triggers put it here, settlement takes it out.

    `retry_at`: settling it failed, and is to be tried again only then.
    """

    __tablename__ = "unsettled_records"
    __table_args__ = (CheckConstraint("lane IN (0, 1)", "lane"),)

    lane: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    retry_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RecordDecision(Base):
    """What somebody decided on a service record, and why; nothing here is changed or taken out."""

    __tablename__ = "record_decisions"
    __table_args__ = (
        CheckConstraint("status IN ('verified','rejected')", "status"),
        CheckConstraint("status <> 'rejected' OR reason <> ''", "reason"),
        Index(None, "record_id", "id"),
    )

    id: Mapped[Id]
    record_id: Mapped[UUID] = mapped_column(ForeignKey("service_records.id"))
    status: Mapped[String]
    reason: Mapped[String]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[Instant]


class CodeRun(Base):
    """Who was showing a shift's rotating code, and until when; proof needs somebody else."""

    __tablename__ = "code_runs"

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    seen_at: Mapped[Instant]
