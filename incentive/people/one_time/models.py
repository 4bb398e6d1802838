"""Codes that were sent, or would have been."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class OneTimeCode(Base):
    """A code for one phone and purpose: keyed hashes of both, neither of them readable.

    A phone that is nobody's has rows too, so that asking tells nothing. `closed_at`: it was used,
    or a newer one took its place.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint("purpose IN ('sign_in','register','password','link','confirm')", "purpose"),
        CheckConstraint("tries BETWEEN 0 AND 5", "tries"),
        Index(None, "phone_blind", "sent_at"),
        Index(None, "sent_at"),
    )

    id: Mapped[Id]
    phone_blind: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[String]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    sent_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
