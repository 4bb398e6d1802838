"""Who is whose guardian, and invitations to become one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Guardianship(Base):
    """A person is a minor's guardian until it is ended; they count as family.

    `how`: they accepted the minor's invitation, or a worker looked at their papers, for a `reason`.
    """

    __tablename__ = "guardianships"
    __table_args__ = (
        CheckConstraint("minor_id <> guardian_id", "two"),
        CheckConstraint("how IN ('invited','paper')", "how"),
        CheckConstraint(
            "(how = 'paper') = (confirmed_by IS NOT NULL) AND (how = 'paper') = (reason <> '')",
            "confirmed",
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "ended"),
        Index(
            "uq_guardianships_current",
            "minor_id",
            "guardian_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "guardian_id"),
    )

    id: Mapped[Id]
    minor_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    how: Mapped[String]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    since: Mapped[Instant]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))


class GuardianInvitation(Base):
    """A minor asks whoever has the code to be their guardian: once, within seven days.

    Of the code only its SHA-256 is kept.
    """

    __tablename__ = "guardian_invitations"
    __table_args__ = (Index(None, "minor_id"), Index(None, "expires_at"))

    id: Mapped[Id]
    minor_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[Instant]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
