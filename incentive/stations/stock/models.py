"""Movements of stock: evidence, only ever added to."""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant, String


class StockMovement(Base):
    """Why the number of an item's goods changed, one row per change.

    Two numbers, because goods that are held for an order still lie on the shelf: `delta` is the
    change of what can be promised (their sum is the item's stock), `shelf` of what lies there
    (their sum is `on_shelf`). A redemption takes its goods off once, hands them over at most
    once and brings them back at most once. `day` is the local day to which it counts, `at` when
    it was written down.
    """

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('received','held','given','returned','spoiled','sent_back','corrected',"
            "'counted')",
            "kind",
        ),
        CheckConstraint(
            "CASE WHEN kind = 'received' THEN delta > 0 AND shelf = delta"
            " WHEN kind = 'held' THEN delta < 0 AND shelf = 0"
            " WHEN kind = 'given' THEN delta = 0 AND shelf < 0"
            " WHEN kind = 'returned' THEN delta > 0 AND shelf IN (0, delta)"
            " WHEN kind IN ('spoiled','sent_back') THEN delta < 0 AND shelf = delta"
            " ELSE delta <> 0 AND shelf = delta END",
            "change",
        ),
        CheckConstraint(
            "(kind IN ('held','given','returned')) = (redemption_id IS NOT NULL)", "redemption"
        ),
        CheckConstraint("(kind = 'corrected') = (corrects_id IS NOT NULL)", "corrects"),
        CheckConstraint("kind NOT IN ('sent_back','corrected') OR reason <> ''", "reason"),
        CheckConstraint("(kind IN ('spoiled','counted')) = (cause <> '')", "cause"),
        CheckConstraint("(kind = 'counted') = (stocktake_id IS NOT NULL)", "stocktake"),
        CheckConstraint(
            "kind = 'received' OR (supplier = '' OR kind = 'sent_back')"
            " AND delivery_note = '' AND unit_cost_fen IS NULL",
            "delivery",
        ),
        CheckConstraint("unit_cost_fen BETWEEN 0 AND 100000000", "unit_cost_fen"),
        # What is written down later belongs to an earlier day, never to one to come.
        CheckConstraint("day <= (at AT TIME ZONE 'UTC')::date + 1", "day"),
        UniqueConstraint("redemption_id", "kind"),
        UniqueConstraint("corrects_id"),
        UniqueConstraint("stocktake_id", "item_id"),
        UniqueConstraint("id", "item_id"),
        ForeignKeyConstraint(["item_id", "station_id"], ["items.id", "items.station_id"]),
        # Only a movement of the same item can be corrected.
        ForeignKeyConstraint(
            ["corrects_id", "item_id"], ["stock_movements.id", "stock_movements.item_id"]
        ),
        Index(None, "item_id", "id"),
        Index(None, "station_id", "id"),
        Index(None, "station_id", "kind", "id"),
        Index(None, "station_id", "day", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    station_id: Mapped[UUID]
    item_id: Mapped[UUID]
    kind: Mapped[String]
    delta: Mapped[int] = mapped_column(Integer)
    shelf: Mapped[int] = mapped_column(Integer)
    day: Mapped[date]
    at: Mapped[Instant]
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    redemption_id: Mapped[UUID | None] = mapped_column(ForeignKey("redemptions.id"))
    corrects_id: Mapped[int | None] = mapped_column(BigInteger)
    stocktake_id: Mapped[UUID | None] = mapped_column(ForeignKey("stocktakes.id"))
    cause: Mapped[str] = mapped_column(Text, default="", server_default="")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    supplier: Mapped[str] = mapped_column(Text, default="", server_default="")
    delivery_note: Mapped[str] = mapped_column(Text, default="", server_default="")
    unit_cost_fen: Mapped[int | None] = mapped_column(Integer)
