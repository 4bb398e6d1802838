"""Corrections that somebody asked for, and what became of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class PersonCorrection(Base):
    """A person's wish that a field of theirs say something else.

    `value_sealed` and `reason_sealed` lie under the person's own key, each for this row alone, and
    only while it waits: what was approved stands with the person, and the rest is nobody's business.
    `decision_reason` is a worker's, in clear, and shown to the person.
    """

    __tablename__ = "person_corrections"
    __table_args__ = (
        CheckConstraint("field IN ('name','id_number','birth_month')", "field"),
        CheckConstraint("status IN ('waiting','approved','refused','withdrawn')", "status"),
        CheckConstraint(
            "num_nonnulls(value_sealed, reason_sealed)"
            " = CASE WHEN status = 'waiting' THEN 2 ELSE 0 END",
            "sealed_while_waiting",
        ),
        CheckConstraint("(status IN ('approved','refused')) = (decided_by IS NOT NULL)", "decided"),
        CheckConstraint("decided_by <> person_id", "decided_by_another"),
        CheckConstraint("status <> 'refused' OR decision_reason <> ''", "refusal_reason"),
        CheckConstraint("(status = 'waiting') = (ended_at IS NULL)", "ended"),
        Index(
            "uq_person_corrections_waiting",
            "person_id",
            "field",
            unique=True,
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(
            "ix_person_corrections_waiting",
            "asked_at",
            "id",
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(None, "person_id", "asked_at", "id"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    field: Mapped[String]
    value_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    status: Mapped[String]
    asked_at: Mapped[Instant]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    decision_reason: Mapped[String] = mapped_column(default="", server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
