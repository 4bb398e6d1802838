"""Spot checks: samples that were drawn, their rows, and what was found at each. Evidence, all three."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class SpotSample(Base):
    """A sample: of what it was drawn (`population` transactions up to `last_id`), by which seed.

    `whole` says that all of the jurisdiction's transactions were in it, not a region's.
    """

    __tablename__ = "spot_samples"
    __table_args__ = (
        CheckConstraint("size BETWEEN 1 AND 500", "size"),
        CheckConstraint("first_day <= last_day", "days"),
        Index(None, "made_by", "id"),
    )

    id: Mapped[Id]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    made_at: Mapped[Instant]
    first_day: Mapped[date]
    last_day: Mapped[date]
    kind: Mapped[String | None]
    by_kind: Mapped[bool] = mapped_column(Boolean)
    whole: Mapped[bool] = mapped_column(Boolean)
    size: Mapped[int] = mapped_column(Integer)
    seed: Mapped[String]
    tree_size: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    population: Mapped[int] = mapped_column(BigInteger)


class SpotRow(Base):
    """A transaction of a sample, at its place."""

    __tablename__ = "spot_rows"

    sample_id: Mapped[UUID] = mapped_column(ForeignKey("spot_samples.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    transaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("transactions.id"))


class SpotFinding(Base):
    """Whether the voucher of a row was seen, and a note; the latest counts, earlier ones stay."""

    __tablename__ = "spot_findings"
    __table_args__ = (Index(None, "sample_id", "position", "id"),)

    id: Mapped[Id]
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("spot_samples.id"))
    position: Mapped[int] = mapped_column(Integer)
    voucher_seen: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text, default="")
    found_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    found_at: Mapped[Instant]
