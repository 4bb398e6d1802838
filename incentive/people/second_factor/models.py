"""Authenticator apps and recovery codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant


class SecondFactor(Base):
    """A person's authenticator app: its secret, sealed, and the last time step that was used.

    It counts once `confirmed_at` says that a code of it was seen.
    """

    __tablename__ = "second_factors"
    __table_args__ = (
        Index(
            "ix_second_factors_unconfirmed",
            "made_at",
            postgresql_where=text("confirmed_at IS NULL"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    made_at: Mapped[Instant]
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RecoveryCode(Base):
    """A code for who lost the app: a keyed hash, good once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        Index("ix_recovery_codes_used", "used_at", postgresql_where=text("used_at IS NOT NULL")),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
