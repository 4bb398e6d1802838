"""Family links: asked by one, agreed to by the other, ended by either."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant


class FamilyLink(Base):
    """Two persons of one family: the one with the lesser id stands first.

    It counts once the one who was asked has accepted, and until it is ended.
    """

    __tablename__ = "family_links"
    __table_args__ = (
        CheckConstraint("first_id < second_id", "order"),
        CheckConstraint("asked_by IN (first_id, second_id)", "asked_by"),
        CheckConstraint("ended_by IN (first_id, second_id)", "ended_by"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "ended"),
        Index(
            "uq_family_links_current",
            "first_id",
            "second_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "first_id"),
        Index(None, "second_id"),
    )

    id: Mapped[Id]
    first_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    asked_by: Mapped[UUID]
    asked_at: Mapped[Instant]
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def other(self, person_id: UUID) -> UUID:
        """Return who stands beside `person_id`."""
        return self.second_id if person_id == self.first_id else self.first_id
