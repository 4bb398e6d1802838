"""The tables of accounts' balances up to a position, to read: the application cannot write them."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant


class AccountSnapshot(Base):
    """The sums of all entries of an account in transactions up to `position`.

    `credited` is the sum of those above 0. They were booked by `booked_until` at the latest, and
    none of the account's later ones before.
    """

    __tablename__ = "account_snapshots"
    __table_args__ = (Index(None, "account_id", "booked_until", "position"),)

    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    credited: Mapped[int] = mapped_column(BigInteger)
    booked_until: Mapped[Instant]


class AccountDay(Base):
    """The same of those that belong to `day` or an earlier one.

    A day's row of the highest position counts, and is right up to the account's latest snapshot.
    """

    __tablename__ = "account_days"

    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    credited: Mapped[int] = mapped_column(BigInteger)


class SnapshotMark(Base):
    """How far entries were looked at for snapshots, and what is next (see the migration)."""

    __tablename__ = "snapshot_marks"
    __table_args__ = (CheckConstraint("id = 1", "only"),)

    id: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, server_default="1"
    )
    reached: Mapped[int] = mapped_column(BigInteger, server_default="0")
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    proposed_at: Mapped[Instant] = mapped_column(server_default=text("'-infinity'"))
    waits_for: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    stride: Mapped[int] = mapped_column(BigInteger, server_default="0")
    floors: Mapped[list[datetime]] = mapped_column(
        ARRAY(DateTime(timezone=True)), server_default="{}"
    )
