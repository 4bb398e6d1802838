"""Merchants, their contacts, sponsors with their budgets, and what was agreed on prices."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Merchant(Base):
    """Who supplies a station's goods. `credit_code`: the unified social credit code, if known."""

    __tablename__ = "merchants"
    __table_args__ = (
        CheckConstraint("credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", "credit_code"),
        UniqueConstraint("region_id", "name"),
        Index(None, "name", "id"),
    )

    id: Mapped[Id]
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    name: Mapped[String]
    credit_code: Mapped[String | None]
    created_at: Mapped[Instant]


class MerchantContact(Base):
    """A person who speaks for a merchant, entered by somebody else; ended, never deleted."""

    __tablename__ = "merchant_contacts"
    __table_args__ = (
        CheckConstraint("added_by <> person_id", "by_another"),
        Index(
            "uq_merchant_contacts_current",
            "merchant_id",
            "person_id",
            unique=True,
            postgresql_where=text("valid_until IS NULL"),
        ),
        Index(None, "person_id"),
    )

    id: Mapped[Id]
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    added_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    valid_from: Mapped[Instant]
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Sponsor(Base):
    """Who pays for goods given out."""

    __tablename__ = "sponsors"
    __table_args__ = (UniqueConstraint("region_id", "name"), Index(None, "name", "id"))

    id: Mapped[Id]
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    name: Mapped[String]
    created_at: Mapped[Instant]


class SponsorBudget(Base):
    """What a sponsor pays at most for goods given from the first to the last day, both included.

    No two budgets of a sponsor share a day (trigger), and none is ever spent past its end (check).
    """

    __tablename__ = "sponsor_budgets"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", "days"),
        CheckConstraint("fen >= 0", "fen"),
        CheckConstraint("spent_fen BETWEEN 0 AND fen", "not_past_its_end"),
        Index(None, "sponsor_id", "first_day"),
    )

    id: Mapped[Id]
    sponsor_id: Mapped[UUID] = mapped_column(ForeignKey("sponsors.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    fen: Mapped[int] = mapped_column(BigInteger)
    spent_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[Instant]


class PriceAgreement(Base):
    """What a sponsor pays a merchant for one item given out on the days of the agreement.

    An item has one agreement a day at most (trigger). Nothing of it changes but its end.
    """

    __tablename__ = "price_agreements"
    __table_args__ = (
        CheckConstraint("price_fen BETWEEN 1 AND 100000000", "price_fen"),
        CheckConstraint("valid_until >= valid_from", "days"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "ended"),
        Index(None, "item_id", "valid_from"),
        Index(None, "merchant_id", "id"),
        Index(None, "sponsor_id", "id"),
    )

    id: Mapped[Id]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    sponsor_id: Mapped[UUID] = mapped_column(ForeignKey("sponsors.id"))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    agreed_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    agreed_at: Mapped[Instant]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str] = mapped_column(Text, default="")
