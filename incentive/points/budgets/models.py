"""Budgets, the months they cover, what counts against them, and what waits for room."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Budget(Base):
    """How many points may be issued for service of a period in a region and below.

    `amount` was planned and `overrun` approved beyond it. `issued` counts what was issued less what
    was taken back, `before` the part of it from before the budget was set; `promised` was approved
    and is still to be issued. The database lets nobody issue more than there is.
    """

    __tablename__ = "budgets"
    __table_args__ = (
        CheckConstraint("period IN ('month','quarter','year')", "period"),
        CheckConstraint("policy IN ('refuse','queue')", "policy"),
        CheckConstraint("amount BETWEEN 1 AND 1000000000000", "amount"),
        CheckConstraint("overrun >= 0 AND promised >= 0 AND before >= 0", "positive"),
        CheckConstraint("issued >= 0", "issued"),
        CheckConstraint("issued + promised <= amount + overrun", "not_exceeded"),
        # What a change refers to, so that the database knows who set the budget.
        UniqueConstraint("id", "created_by"),
        Index(None, "region_id"),
        Index(None, "first_day", "id"),
    )

    id: Mapped[Id]
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    period: Mapped[String]
    first_day: Mapped[date]
    last_day: Mapped[date]
    policy: Mapped[String]
    amount: Mapped[int] = mapped_column(BigInteger)
    overrun: Mapped[int] = mapped_column(BigInteger, default=0)
    before: Mapped[int] = mapped_column(BigInteger, default=0)
    issued: Mapped[int] = mapped_column(BigInteger, default=0)
    promised: Mapped[int] = mapped_column(BigInteger, default=0)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[Instant]

    @hybrid_property
    def room(self) -> int:
        """How many points may still be issued without anybody's approval."""
        return self.amount + self.overrun - self.issued - self.promised


class BudgetMonth(Base):
    """A month that a region's budget covers: one budget for any day, by the key."""

    __tablename__ = "budget_months"
    __table_args__ = (Index(None, "budget_id"),)

    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id"))


class BudgetUse(Base):
    """What one ledger transaction counts against a budget; negative where it took points back.

    Evidence: only ever added to. `key` is the transaction's.
    """

    __tablename__ = "budget_uses"
    __table_args__ = (CheckConstraint("points <> 0", "points"),)

    key: Mapped[String] = mapped_column(primary_key=True)
    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id"), index=True)
    points: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Instant]


class BudgetWait(Base):
    """Points that found no room in a budget: what would be issued under `key`, and for whom.

    Once approved they have room of their own, counted in the budget's `promised`; the row goes
    when they are issued.
    """

    __tablename__ = "budget_waits"
    __table_args__ = (
        CheckConstraint("points > 0", "points"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", "approved"),
        CheckConstraint("approved_by <> person_id", "not_for_oneself"),
        Index(None, "budget_id", "since", "key"),
    )

    key: Mapped[String] = mapped_column(primary_key=True)
    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    points: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[Instant]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BudgetChange(Base):
    """What somebody else than who set a budget let be issued beyond it. Only added to.

    It was raised, an overrun was approved, or a `nearer` one of `points` took its place for a
    region below.
    """

    __tablename__ = "budget_changes"
    __table_args__ = (
        ForeignKeyConstraint(["budget_id", "set_by"], ["budgets.id", "budgets.created_by"]),
        CheckConstraint("kind IN ('raise','overrun','nearer')", "kind"),
        CheckConstraint("points > 0", "points"),
        CheckConstraint("reason <> ''", "reason"),
        CheckConstraint("by <> set_by", "second_person"),
        Index(None, "budget_id", "at"),
    )

    id: Mapped[Id]
    budget_id: Mapped[UUID]
    set_by: Mapped[UUID]
    kind: Mapped[String]
    points: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[String]
    by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[Instant]
