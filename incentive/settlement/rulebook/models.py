"""Drafts of rules, and what they would have paid. A draft's words never change once written."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    FetchedValue,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class RuleDraft(Base):
    """A rule set that somebody proposes from a day on, with the reason.

    `document_hash`, made by the database, is the SHA-256 of the document as it stands there.
    """

    __tablename__ = "rule_drafts"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft','simulated','submitted','approved','rejected','withdrawn')", "state"
        ),
        CheckConstraint("reason <> ''", "reason"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", "decided"),
        CheckConstraint(
            "(state IN ('approved','rejected','withdrawn')) = (decided_at IS NOT NULL)", "closed"
        ),
        CheckConstraint(
            "state NOT IN ('approved','rejected') OR decided_by <> proposed_by", "second_person"
        ),
        CheckConstraint("state <> 'rejected' OR decision <> ''", "decision"),
        Index(None, "state", "id"),
    )

    id: Mapped[Id]
    document: Mapped[Any] = mapped_column(JSONB)
    document_hash: Mapped[bytes] = mapped_column(LargeBinary, server_default=FetchedValue())
    effective_from: Mapped[date]
    reason: Mapped[String]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    proposed_at: Mapped[Instant]
    state: Mapped[str] = mapped_column(Text, default="draft")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision: Mapped[str] = mapped_column(Text, default="")


class Simulation(Base):
    """A draft recomputed over the awards of whole months; `document_hash` is what was recomputed.

    It goes person by person in the order of their ids; `last_person` is how far it is.
    """

    __tablename__ = "simulations"
    __table_args__ = (
        CheckConstraint("first_month <= last_month", "months"),
        CheckConstraint(
            "extract(day FROM first_month) = 1 AND extract(day FROM last_month) = 1", "whole"
        ),
        Index(None, "draft_id", "id"),
        Index(
            "uq_simulations_open",
            "draft_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("ix_simulations_waiting", "id", postgresql_where=text("finished_at IS NULL")),
    )

    id: Mapped[Id]
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("rule_drafts.id"))
    document_hash: Mapped[bytes] = mapped_column(LargeBinary)
    first_month: Mapped[date]
    last_month: Mapped[date]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    asked_at: Mapped[Instant]
    records_total: Mapped[int | None]
    records_done: Mapped[int] = mapped_column(Integer, default=0)
    last_person: Mapped[UUID | None]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str] = mapped_column(Text, default="")


class SimulationSum(Base):
    """What was paid and would have been, by `month` (2026-05) or by `kind` of activity."""

    __tablename__ = "simulation_sums"
    __table_args__ = (CheckConstraint("part IN ('month','kind')", "part"),)

    simulation_id: Mapped[UUID] = mapped_column(ForeignKey("simulations.id"), primary_key=True)
    part: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    records: Mapped[int]
    paid: Mapped[int] = mapped_column(BigInteger)
    would_pay: Mapped[int] = mapped_column(BigInteger)


class SimulationPerson(Base):
    """What one person was paid and would have been; `size` is how much that changes, either way."""

    __tablename__ = "simulation_persons"
    __table_args__ = (Index(None, "simulation_id", "size", "person_id"),)

    simulation_id: Mapped[UUID] = mapped_column(ForeignKey("simulations.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    records: Mapped[int]
    paid: Mapped[int] = mapped_column(BigInteger)
    would_pay: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(
        BigInteger, Computed("abs(would_pay - paid)", persisted=True), nullable=False
    )
