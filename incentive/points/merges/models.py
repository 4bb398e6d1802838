"""Merges: who asked, who decided, and what moved. Rows are changed by deciding, never deleted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String
from incentive.points.merges.domain import STATES


class PersonMerge(Base):
    """Two entries of one human: `gone` is closed and leads to `kept`.

    Somebody else than who asked decides: the table says so, too. `points` moved in the ledger's
    transaction `merge:<id>`, if there were any.
    """

    __tablename__ = "person_merges"
    __table_args__ = (
        CheckConstraint("status IN ('" + "','".join(STATES) + "')", "status"),
        CheckConstraint("kept_id <> gone_id", "two_persons"),
        CheckConstraint("decided_by <> asked_by", "second_person"),
        CheckConstraint("(decided_by IS NULL) = (status = 'asked')", "decided"),
        CheckConstraint("points >= 0", "points"),
        Index(
            "uq_person_merges_open_gone",
            "gone_id",
            unique=True,
            postgresql_where=text("status IN ('asked','done')"),
        ),
        Index(None, "kept_id"),
        Index(None, "asked_at", "id"),
    )

    id: Mapped[Id]
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    gone_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[String]
    status: Mapped[str] = mapped_column(Text, default="asked")
    points: Mapped[int] = mapped_column(BigInteger, default=0)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    asked_at: Mapped[Instant]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
