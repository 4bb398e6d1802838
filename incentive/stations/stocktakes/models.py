"""Stocktakes: what was expected, what was counted, why it differs, and who booked it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Stocktake(Base):
    """One counting of a station's goods; it stays open, however long, until booked or given up.

    A trigger lets only somebody book it who neither counted nor explained, and lets nothing
    change once it is closed.
    """

    __tablename__ = "stocktakes"
    __table_args__ = (
        CheckConstraint("status IN ('open','booked','abandoned')", "status"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", "closed"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", "closed_by"),
        Index(
            "uq_stocktakes_open",
            "station_id",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
        Index(None, "station_id", "id"),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("stations.id"))
    status: Mapped[str] = mapped_column(Text, default="open")
    note: Mapped[str] = mapped_column(Text, default="")
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    opened_at: Mapped[Instant]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    close_note: Mapped[str] = mapped_column(Text, default="")


class StocktakeLine(Base):
    """An item to be counted, and what the books said of it when the stocktake was opened."""

    __tablename__ = "stocktake_lines"
    __table_args__ = (
        CheckConstraint("on_shelf >= held AND held >= 0", "held"),
        Index(None, "item_id"),
    )

    stocktake_id: Mapped[UUID] = mapped_column(ForeignKey("stocktakes.id"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), primary_key=True)
    on_shelf: Mapped[int]
    held: Mapped[int]


class StocktakeCount(Base):
    """What somebody found of an item, and what the books said at that very moment.

    Their difference stays right whatever moves afterwards. The latest count of an item holds.
    """

    __tablename__ = "stocktake_counts"
    __table_args__ = (
        CheckConstraint("counted BETWEEN 0 AND 10000000", "counted"),
        CheckConstraint("expected >= 0", "expected"),
        ForeignKeyConstraint(
            ["stocktake_id", "item_id"], ["stocktake_lines.stocktake_id", "stocktake_lines.item_id"]
        ),
        Index(None, "stocktake_id", "item_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    stocktake_id: Mapped[UUID]
    item_id: Mapped[UUID]
    counted: Mapped[int] = mapped_column(Integer)
    expected: Mapped[int] = mapped_column(Integer)
    difference: Mapped[int] = mapped_column(Integer, Computed("counted - expected", persisted=True))
    counted_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    counted_at: Mapped[Instant]


class StocktakeExplanation(Base):
    """Why a count differs from the books; the latest of a count holds."""

    __tablename__ = "stocktake_explanations"
    __table_args__ = (
        CheckConstraint(
            "cause IN ('lost','spoiled','unscanned','found','miscounted','data_error','other')",
            "cause",
        ),
        CheckConstraint("cause NOT IN ('data_error','other') OR note <> ''", "note"),
        Index(None, "count_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("stocktake_counts.id"))
    cause: Mapped[String]
    note: Mapped[str] = mapped_column(Text, default="")
    explained_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    explained_at: Mapped[Instant]
