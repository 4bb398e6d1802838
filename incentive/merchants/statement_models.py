"""Statements of goods given, their lines down to orders, and what both sides said and paid."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Statement(Base):
    """What one sponsor owes one merchant for the goods given on some days, in fen.

    Below 0 where more was given back: then the merchant owes, and `paid_fen` is below 0 too.
    `serial` is what people quote (as JS000042). `revision` counts corrections: who confirmed
    an earlier one has not confirmed this.
    """

    __tablename__ = "merchant_statements"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft','sent','confirmed','payable','paid','claimed','returned','settled',"
            "'reversed')",
            "status",
        ),
        CheckConstraint("first_day <= last_day", "days"),
        CheckConstraint(
            "paid_fen BETWEEN least(total_fen, 0) AND greatest(total_fen, 0)", "paid_fen"
        ),
        CheckConstraint("status NOT IN ('paid','returned') OR paid_fen = total_fen", "paid"),
        CheckConstraint("status <> 'reversed' OR paid_fen = 0", "paid_back"),
        CheckConstraint(
            "status NOT IN ('payable','paid','claimed','returned') OR (budget_id IS NOT NULL"
            " AND charged_by IS NOT NULL AND charged_at IS NOT NULL"
            " AND (total_fen > 0) = (status IN ('payable','paid')) AND total_fen <> 0)",
            "charged",
        ),
        CheckConstraint(
            "(status IN ('settled','reversed')) = (closed_at IS NOT NULL AND closed_by IS NOT NULL)",
            "closed",
        ),
        CheckConstraint("status <> 'settled' OR (total_fen <= 0 AND budget_id IS NULL)", "settled"),
        Index(None, "region_id", "id"),
        Index(None, "merchant_id", "id"),
        Index(None, "sponsor_id", "id"),
        Index(None, "status", "id"),
        Index(None, "last_day", "id"),
    )

    id: Mapped[Id]
    serial: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    sponsor_id: Mapped[UUID] = mapped_column(ForeignKey("sponsors.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    status: Mapped[str] = mapped_column(Text, default="draft")
    revision: Mapped[int] = mapped_column(Integer, default=0)
    total_fen: Mapped[int] = mapped_column(BigInteger)
    paid_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    budget_id: Mapped[UUID | None] = mapped_column(ForeignKey("sponsor_budgets.id"))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    made_at: Mapped[Instant]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    charged_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    charged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    close_reason: Mapped[str] = mapped_column(Text, default="")


class StatementLine(Base):
    """Goods × price. `returned`: refunds of goods of earlier statements; `correction`: of a line."""

    __tablename__ = "statement_lines"
    __table_args__ = (
        CheckConstraint("kind IN ('given','returned','correction')", "kind"),
        CheckConstraint("quantity <> 0", "quantity"),
        CheckConstraint("kind <> 'given' OR quantity > 0", "given"),
        CheckConstraint("kind <> 'returned' OR quantity < 0", "returned"),
        CheckConstraint("(kind = 'correction') = (corrects_id IS NOT NULL)", "corrects"),
        CheckConstraint("amount_fen = quantity * price_fen", "amount_fen"),
        UniqueConstraint("statement_id", "number"),
        Index(None, "corrects_id"),
    )

    id: Mapped[Id]
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("merchant_statements.id"))
    number: Mapped[int]
    kind: Mapped[String]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"))
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("price_agreements.id"))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("statement_lines.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[Instant]


class StatementOrder(Base):
    """An order behind a line: once as given and once as returned among the statements that stand.

    `day`: the local day on which it was handed over, or given back.
    """

    __tablename__ = "statement_orders"
    __table_args__ = (
        CheckConstraint("kind IN ('given','returned')", "kind"),
        Index(
            "uq_statement_orders_current",
            "redemption_id",
            "kind",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index(None, "statement_id"),
    )

    line_id: Mapped[UUID] = mapped_column(ForeignKey("statement_lines.id"), primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"), primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("merchant_statements.id"))
    kind: Mapped[String]
    day: Mapped[date]
    quantity: Mapped[int]
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Confirmation(Base):
    """One side agreed to one revision; the other side is another person (unique).

    `second`: another person of the side that pays, where the merchant says nothing any more.
    """

    __tablename__ = "statement_confirmations"
    __table_args__ = (
        CheckConstraint("side IN ('merchant','sponsor','second')", "side"),
        UniqueConstraint("statement_id", "revision", "person_id"),
    )

    statement_id: Mapped[UUID] = mapped_column(
        ForeignKey("merchant_statements.id"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    side: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    total_fen: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Instant]


class Objection(Base):
    """What a side holds against a line; answered by another person, by a correction or by words."""

    __tablename__ = "statement_objections"
    __table_args__ = (
        CheckConstraint("side IN ('merchant','sponsor')", "side"),
        CheckConstraint("outcome IN ('corrected','declined')", "outcome"),
        CheckConstraint(
            "num_nonnulls(outcome, answered_by, answered_at) IN (0, 3)"
            " AND (outcome IS NOT DISTINCT FROM 'corrected') = (correction_id IS NOT NULL)",
            "answered",
        ),
        CheckConstraint("answered_by <> raised_by", "by_another"),
        Index(
            "uq_statement_objections_open",
            "line_id",
            unique=True,
            postgresql_where=text("outcome IS NULL"),
        ),
        Index(None, "statement_id", "id"),
    )

    id: Mapped[Id]
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("merchant_statements.id"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("statement_lines.id"))
    side: Mapped[String]
    text: Mapped[String]
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    raised_at: Mapped[Instant]
    outcome: Mapped[String | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    correction_id: Mapped[UUID | None] = mapped_column(ForeignKey("statement_lines.id"))
