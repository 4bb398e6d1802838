"""Warnings given: one per person, expiry and stage."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant


class PointsNotice(Base):
    """A person was warned that `points` expire on `expires_on`, `stage` days before or later."""

    __tablename__ = "points_notices"
    __table_args__ = (
        CheckConstraint("stage IN (30, 7)", "stage"),
        CheckConstraint("points > 0", "points"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    expires_on: Mapped[date] = mapped_column(primary_key=True)
    stage: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    points: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Instant]
