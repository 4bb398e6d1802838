"""Adjustments and reversals, proposed or booked, and how much of a transaction was taken back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Adjustment(Base):
    """Points given (> 0) or taken (< 0) by hand, and by whose word.

    `corrects` is the ledger transaction that it undoes, as a whole (`reverse`) or in part. Of more
    than `limit_then` points, or past the budget (`over_budget`), it is booked only once a second
    person, who is not the one concerned, approves.
    """

    __tablename__ = "adjustments"
    __table_args__ = (
        CheckConstraint("action IN ('adjust','reverse')", "action"),
        CheckConstraint("status IN ('proposed','booked','rejected')", "status"),
        CheckConstraint("points <> 0", "points"),
        CheckConstraint("action = 'adjust' OR corrects IS NOT NULL", "reverses"),
        CheckConstraint("reason <> ''", "reason"),
        CheckConstraint("(status = 'booked') = (transaction_id IS NOT NULL)", "booked"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", "decided"),
        CheckConstraint("status <> 'rejected' OR decided_by IS NOT NULL", "rejected"),
        CheckConstraint(
            "status <> 'booked' OR decided_by IS NOT NULL"
            " OR (abs(points) <= limit_then AND NOT over_budget)",
            "two_above_the_limit",
        ),
        CheckConstraint("decided_by <> proposed_by", "second_person"),
        CheckConstraint("proposed_by <> person_id", "not_for_oneself"),
        CheckConstraint("decided_by <> person_id", "not_decided_for_oneself"),
        Index(None, "region_id", "proposed_at"),
        Index(
            "ix_adjustments_open", "proposed_at", "id", postgresql_where=text("status = 'proposed'")
        ),
        Index(None, "person_id", "proposed_at"),
        Index(None, "proposed_by", "proposed_at"),
        Index(None, "corrects"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    action: Mapped[String]
    points: Mapped[int] = mapped_column(BigInteger)
    corrects: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[String]
    effective_on: Mapped[date]
    limit_then: Mapped[int]
    over_budget: Mapped[bool] = mapped_column(default=False)
    status: Mapped[String] = mapped_column(default="proposed")
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    proposed_at: Mapped[Instant]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[String] = mapped_column(default="")
    transaction_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)


class Corrected(Base):
    """How many of a transaction's points were undone, or are disputed: never more than it moved."""

    __tablename__ = "corrected"
    __table_args__ = (CheckConstraint("undone BETWEEN 0 AND moved", "undone"),)

    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    moved: Mapped[int] = mapped_column(BigInteger)
    undone: Mapped[int] = mapped_column(BigInteger)
