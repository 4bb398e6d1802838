"""What each run did: figures only, nobody's name or number."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant


class RetentionFigure(Base):
    """Of one run and one rule: how many rows went. Without `ended_at` it was broken off."""

    __tablename__ = "retention_figures"
    __table_args__ = (CheckConstraint("gone >= 0", "gone"), Index(None, "started_at"))

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    started_at: Mapped[Instant]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    gone: Mapped[int] = mapped_column(BigInteger, default=0)
