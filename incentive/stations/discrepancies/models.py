"""Refused attempts, findings and their clearing: evidence, only ever added to."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant, String


class CounterRefusal(Base):
    """A code that was tried at a counter and refused; `tried_at_id` is where, if that is known."""

    __tablename__ = "counter_refusals"
    __table_args__ = (
        CheckConstraint("reason IN ('other_station','already_collected')", "reason"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"))
    tried_at_id: Mapped[UUID | None] = mapped_column(ForeignKey("stations.id"))
    by_person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[String]
    at: Mapped[Instant]


class CounterPolicy(Base):
    """From when on what counts as unusual; the latest row holds.

    So many handovers by one clerk within so many seconds; so many people whose orders were
    both made and collected within so many seconds; a code shown again after so many seconds;
    what a point is worth in fen at most (none: costs are not compared).
    """

    __tablename__ = "counter_policies"
    __table_args__ = (
        CheckConstraint("handovers > 1 AND people > 1", "counts"),
        CheckConstraint(
            "handover_seconds > 0 AND people_seconds > 0 AND repeat_seconds >= 0", "seconds"
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    handovers: Mapped[int] = mapped_column(Integer)
    handover_seconds: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)
    people_seconds: Mapped[int] = mapped_column(Integer)
    repeat_seconds: Mapped[int] = mapped_column(Integer)
    fen_per_point: Mapped[int | None] = mapped_column(Integer)
    since: Mapped[Instant]


class Discrepancy(Base):
    """Something found at a station, once: `key` tells it from all others of its kind."""

    __tablename__ = "discrepancies"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index(None, "station_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    station_id: Mapped[UUID] = mapped_column(ForeignKey("stations.id"))
    kind: Mapped[String]
    key: Mapped[String]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    redemption_id: Mapped[UUID | None] = mapped_column(ForeignKey("redemptions.id"))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("items.id"))
    facts: Mapped[Any] = mapped_column(JSONB)
    happened_at: Mapped[Instant]
    found_at: Mapped[Instant]


class DiscrepancyClearing(Base):
    """Who looked into a finding, and what they found out."""

    __tablename__ = "discrepancy_clearings"
    __table_args__ = (CheckConstraint("note <> ''", "note"),)

    discrepancy_id: Mapped[int] = mapped_column(ForeignKey("discrepancies.id"), primary_key=True)
    note: Mapped[str] = mapped_column(Text)
    cleared_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    cleared_at: Mapped[Instant]
