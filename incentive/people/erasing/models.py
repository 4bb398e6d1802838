"""Erasures: asked for, thought over, done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Erasure(Base):
    """A wish that a person be erased, and how far it is. It stays when nothing else does.

    `proposed`: staff asked, and a second of them is to decide. `waiting`: until `due_at` it can be
    called off; `waits_for` is the code of what stood in its way at the last try. `begun`: the
    person is erased, and what is held of them is being taken away. `points` are those given up.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint(
            "status IN ('proposed','waiting','begun','done','refused','called_off')", "status"
        ),
        CheckConstraint(
            "asked_by = person_id OR decided_by IS NOT NULL OR status IN ('proposed','called_off')",
            "second_person",
        ),
        CheckConstraint("decided_by <> asked_by AND decided_by <> person_id", "decided_by_another"),
        CheckConstraint("asked_by = person_id OR reason <> ''", "reason"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", "decided"),
        CheckConstraint("status <> 'waiting' OR due_at IS NOT NULL", "due"),
        CheckConstraint("(status IN ('begun','done')) = (begun_at IS NOT NULL)", "begun"),
        CheckConstraint(
            "(status IN ('done','refused','called_off')) = (ended_at IS NOT NULL)", "ended"
        ),
        CheckConstraint("points >= 0", "points"),
        Index(
            "uq_erasures_open",
            "person_id",
            unique=True,
            postgresql_where=text("status NOT IN ('refused','called_off')"),
        ),
        Index("ix_erasures_due", "due_at", "id", postgresql_where=text("status = 'waiting'")),
        Index("ix_erasures_begun", "id", postgresql_where=text("status = 'begun'")),
        Index(None, "person_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    asked_at: Mapped[Instant]
    reason: Mapped[String] = mapped_column(default="", server_default="")
    gives_up_points: Mapped[bool]
    status: Mapped[String]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[String] = mapped_column(default="", server_default="")
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    waits_for: Mapped[String] = mapped_column(default="", server_default="")
    points: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
