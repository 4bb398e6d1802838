"""Payments outside the system, and the bank's rows that show them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class BankFile(Base):
    """A bank's or a payment service's file, as it was read in for a region."""

    __tablename__ = "bank_files"
    __table_args__ = (Index(None, "region_id", "id"),)

    id: Mapped[Id]
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    name: Mapped[String]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    rows_new: Mapped[int]
    rows_known: Mapped[int]
    imported_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    imported_at: Mapped[Instant]


class BankRow(Base):
    """Money that left the account, or below 0 came in. `row_hash` tells it from any other row."""

    __tablename__ = "bank_rows"
    __table_args__ = (
        CheckConstraint("fen <> 0", "fen"),
        UniqueConstraint("region_id", "row_hash"),
        Index(None, "region_id", "day", "id"),
        Index(None, "file_id"),
    )

    id: Mapped[Id]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("bank_files.id"))
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    line: Mapped[int]
    day: Mapped[date]
    fen: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[String]
    counterparty: Mapped[String]
    row_hash: Mapped[bytes] = mapped_column(LargeBinary)


class Payment(Base):
    """What was paid on a statement, or below 0 given back by the merchant.

    Taken back in the open if it was recorded wrongly.
    Payments of several statements by one transfer are its parts, from 1 on.
    """

    __tablename__ = "statement_payments"
    __table_args__ = (
        CheckConstraint("fen <> 0", "fen"),
        CheckConstraint("bank_row_part >= 1", "bank_row_part"),
        CheckConstraint("num_nonnulls(taken_back_by, taken_back_at) IN (0, 2)", "taken_back"),
        Index(
            "uq_statement_payments_bank_row",
            "bank_row_id",
            "bank_row_part",
            unique=True,
            postgresql_where=text("taken_back_at IS NULL"),
        ),
        Index(None, "statement_id", "id"),
    )

    id: Mapped[Id]
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("merchant_statements.id"))
    fen: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[String]
    paid_on: Mapped[date]
    bank_row_id: Mapped[UUID | None] = mapped_column(ForeignKey("bank_rows.id"))
    bank_row_part: Mapped[int] = mapped_column(Integer, default=1)
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    recorded_at: Mapped[Instant]
    taken_back_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    taken_back_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    taken_back_reason: Mapped[str] = mapped_column(Text, default="")
