"""Pairings: the code on a screen that makes the device that reads it a scanner or a counter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class DevicePairing(Base):
    """A code, hashed, good once and for minutes; the device that uses it ends with `device_until`.

    Shifts and stations lie above people: their ids are opaque here. `made_in` is the session that
    made it, which must still be open when the code is used.
    """

    __tablename__ = "device_pairings"
    __table_args__ = (
        CheckConstraint("num_nonnulls(shift_id, station_id) = 1", "one_place"),
        Index(None, "expires_at"),
    )

    id: Mapped[Id]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    made_in: Mapped[UUID]
    name: Mapped[String]
    shift_id: Mapped[UUID | None]
    station_id: Mapped[UUID | None]
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    device_until: Mapped[Instant]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
