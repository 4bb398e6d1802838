"""Disputes: what is contested, by whom, and who decided how."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Dispute(Base):
    """A transaction contested once for one person: points `given` to or `taken` from them.

    `hold_id` put `held` of its `points` into the person's held purse, and `closing_id` ended that.
    It is decided by `due_on` by somebody who neither opened it nor made (or proposed) the
    transaction, and whose points it is not about; if nobody does, points given are the person's again (`lapsed`).
    """

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("side IN ('given','taken')", "side"),
        CheckConstraint("status IN ('open','for_person','against_person','lapsed')", "status"),
        CheckConstraint("points > 0 AND held BETWEEN 1 AND points", "points"),
        CheckConstraint("reason <> ''", "reason"),
        CheckConstraint("(side = 'taken') = (opened_by = person_id)", "opened"),
        CheckConstraint("opened_by IS NOT NULL OR side = 'given'", "opened_by_the_system"),
        CheckConstraint("(status = 'open') = (closing_id IS NULL)", "closed"),
        CheckConstraint(
            "(status IN ('for_person','against_person')) = (decided_by IS NOT NULL)", "decided"
        ),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", "when_decided"),
        CheckConstraint(
            "decided_by <> opened_by AND decided_by <> person_id", "decided_by_another"
        ),
        CheckConstraint(
            "decided_by <> made_by AND decided_by <> proposed_by", "not_by_who_made_it"
        ),
        CheckConstraint("decided_by <> ALL (concerned)", "not_by_who_is_concerned"),
        UniqueConstraint("transaction_id", "person_id"),
        Index(None, "person_id", "opened_at"),
        Index(None, "region_id"),
        Index("ix_disputes_open", "due_on", "id", postgresql_where=text("status = 'open'")),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    side: Mapped[String]
    points: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[String]
    # NULL: the system held points by itself, because of how they look (`flagging`).
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    opened_at: Mapped[Instant]
    made_by: Mapped[UUID | None]
    proposed_by: Mapped[UUID | None]
    # Who else had a hand in it, such as whoever verified the record that is doubted.
    concerned: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    due_on: Mapped[date]
    status: Mapped[String] = mapped_column(default="open")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[String] = mapped_column(default="")
    hold_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    closing_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
