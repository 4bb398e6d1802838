"""Stations, items and redemptions; movements of stock are in stock/models.py."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Station(Base):
    """A place with facilities and opening hours; a points supermarket has goods too.

    `hours`: {"mon": [["09:00", "18:00"]], ...} in local time, an absent day is closed.
    """

    __tablename__ = "stations"
    __table_args__ = (
        CheckConstraint("kind IN ('station','points_supermarket','service_centre')", "kind"),
        CheckConstraint("status IN ('open','closed')", "status"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", "place"),
        UniqueConstraint("region_id", "name"),
        Index(None, "latitude", "longitude"),
        Index(None, "name", "id"),
    )

    id: Mapped[Id]
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    name: Mapped[String]
    kind: Mapped[String]
    address: Mapped[String]
    latitude: Mapped[float] = mapped_column(Double)
    longitude: Mapped[float] = mapped_column(Double)
    hours: Mapped[Any] = mapped_column(JSONB)
    facilities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(Text, default="open")
    created_at: Mapped[Instant]


def _on_shelf(context: Any) -> Any:
    return context.get_current_parameters()["stock"]


class Item(Base):
    """Goods or a service for points.

    `stock` is what can still be promised; what is held for orders lies `on_shelf` as well.
    """

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("points_price BETWEEN 1 AND 1000000", "points_price"),
        CheckConstraint("stock >= 0", "stock"),
        # Whoever has ordered will find the goods there.
        CheckConstraint("on_shelf >= stock", "on_shelf"),
        CheckConstraint("per_person_limit BETWEEN 1 AND 1000", "per_person_limit"),
        CheckConstraint("status IN ('offered','withdrawn')", "status"),
        UniqueConstraint("station_id", "name"),
        UniqueConstraint("id", "station_id"),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("stations.id"))
    name: Mapped[String]
    description: Mapped[str] = mapped_column(Text, default="")
    points_price: Mapped[int]
    stock: Mapped[int]
    on_shelf: Mapped[int] = mapped_column(default=_on_shelf)
    per_person_limit: Mapped[int | None]
    status: Mapped[str] = mapped_column(Text, default="offered")
    created_at: Mapped[Instant]


class Redemption(Base):
    """An order: points and stock held, a one-time code, then collected or given back."""

    __tablename__ = "redemptions"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 1000", "quantity"),
        CheckConstraint("points > 0", "points"),
        CheckConstraint("status IN ('held','collected','cancelled','lapsed','refunded')", "status"),
        CheckConstraint(
            "(status IN ('collected','refunded')) = (collected_at IS NOT NULL)", "collected"
        ),
        CheckConstraint(
            "(status IN ('cancelled','lapsed','refunded')) = (closed_at IS NOT NULL)", "closed"
        ),
        Index(None, "person_id", "id"),
        Index(None, "station_id", "id"),
        Index(None, "station_id", "status", "id"),
        Index(None, "station_id", "collected_at"),
        Index(
            "ix_redemptions_collected",
            "collected_at",
            postgresql_where=text("collected_at IS NOT NULL"),
        ),
        Index(None, "item_id", "person_id"),
        Index("ix_redemptions_due", "expires_at", "id", postgresql_where=text("status = 'held'")),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("stations.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    quantity: Mapped[int]
    points: Mapped[int]
    code: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[String]
    held_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    collected_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    collected_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
