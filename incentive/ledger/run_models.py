"""Comparisons of the books: asked for, and then what each of them saw, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class CheckRequest(Base):
    """A comparison that is to be made, and how far it is; at most one is open, held by an index.

    `finished_at` is set when its run is kept, or when it is given up with an `error`.
    """

    __tablename__ = "check_requests"
    __table_args__ = (
        CheckConstraint("checks_done BETWEEN 0 AND checks_total", "progress"),
        Index(
            "uq_check_requests_open",
            text("(finished_at IS NULL)"),
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    asked_by: Mapped[String]
    asked_at: Mapped[Instant]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    checks_done: Mapped[int] = mapped_column(Integer, default=0)
    checks_total: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str] = mapped_column(Text, default="")


class CheckRun(Base):
    """A comparison that was made, over one `snapshot` of the books; its id is its request's."""

    __tablename__ = "check_runs"

    id: Mapped[UUID] = mapped_column(ForeignKey("check_requests.id"), primary_key=True)
    asked_by: Mapped[String]
    started_at: Mapped[Instant]
    finished_at: Mapped[Instant]
    snapshot: Mapped[String]
    checks: Mapped[int]
    failed: Mapped[int]
    rows_found: Mapped[int] = mapped_column(BigInteger)


class CheckResult(Base):
    """What one check of a run saw: `figures` are [name, sum] pairs, in order."""

    __tablename__ = "check_results"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("check_runs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[String]
    clean: Mapped[bool]
    figures: Mapped[Any] = mapped_column(JSONB)
    rows_found: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[float] = mapped_column(Double)
    error: Mapped[str] = mapped_column(Text, default="")


class CheckFinding(Base):
    """A row that a check found wrong, as it stood then."""

    __tablename__ = "check_findings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run_id", "position"], ["check_results.run_id", "check_results.position"]
        ),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    row: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    content: Mapped[Any] = mapped_column(JSONB)
