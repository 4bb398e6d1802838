"""Days that were closed: evidence, only ever added to."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant, String


class DayClose(Base):
    """A station's day as it stood when somebody signed it: version 1 closes it, later ones amend.

    `signed` is a note: the figures in canonical form, and the jurisdiction's signature over
    them. What is booked on the day with a higher id than the last two came after.
    """

    __tablename__ = "day_closes"
    __table_args__ = (
        CheckConstraint("version >= 1", "version"),
        CheckConstraint("version = 1 OR note <> ''", "note"),
        CheckConstraint("day <= (closed_at AT TIME ZONE 'UTC')::date + 1", "day"),
    )

    station_id: Mapped[UUID] = mapped_column(ForeignKey("stations.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    closed_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    closed_at: Mapped[Instant]
    note: Mapped[str] = mapped_column(Text, default="")
    signed: Mapped[String]
    last_movement_id: Mapped[int] = mapped_column(BigInteger)
    last_transaction_id: Mapped[int] = mapped_column(BigInteger)
