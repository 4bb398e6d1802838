"""The ledger's tables, to read: the application cannot write them."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant, String, Xid8

BY_HAND = "actor LIKE 'person:%'"
# What is not the award `award:<id>` of `service_record:<id>`.
NOT_BY_KEY = "kind <> 'award' OR key <> 'award:' || substr(source, 16)"
_RARE = "kind IN ('refund', 'adjustment', 'reversal', 'transfer', 'donation', 'charge', 'payment')"


class Account(Base):
    """One purse: (owner, asset, purpose, expires_on); 9999-12-31 means that it never expires.

    `limited` are the purposes `available` and `held`, which are persons'. Only these accounts keep
    `balance` and `version`, and `funded`: whether the balance is above 0. `commitment` is the
    SHA-256 of `salt` and the owner; it stands for the owner in the sealed books.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("owner", "asset", "purpose", "expires_on"),
        Index(
            "ix_accounts_due",
            "expires_on",
            "id",
            postgresql_where=text("purpose = 'available' AND funded"),
        ),
        CheckConstraint("balance >= 0", "not_below_zero"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    owner: Mapped[String]
    asset: Mapped[String]
    purpose: Mapped[String]
    expires_on: Mapped[date] = mapped_column(Date, server_default="9999-12-31")
    limited: Mapped[bool] = mapped_column(Boolean)
    balance: Mapped[int] = mapped_column(BigInteger, server_default="0")
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    funded: Mapped[bool] = mapped_column(Boolean, server_default="false")
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    commitment: Mapped[bytes] = mapped_column(LargeBinary)


class Transaction(Base):
    """A dated fact that moves something, with the key that makes it happen once."""

    __tablename__ = "transactions"
    __table_args__ = (
        # Awards come by thousands, and their keys tell their sources: `of_source` finds both.
        Index("ix_transactions_source", "source", postgresql_where=text(NOT_BY_KEY)),
        Index(
            "ix_transactions_xid",
            text("(xid::text::bigint)"),
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
        ),
        # What auditors look for: a stretch of days, what is rare, what a person did.
        Index(None, "effective_on", postgresql_using="brin"),
        Index(None, "posted_at", postgresql_using="brin"),
        Index("ix_transactions_rare", "kind", "id", postgresql_where=text(_RARE)),
        Index("ix_transactions_by_hand", "actor", "id", postgresql_where=text(BY_HAND)),
        Index(
            "uq_transactions_closes",
            "closes",
            unique=True,
            postgresql_where=text("closes IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    key: Mapped[String] = mapped_column(unique=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[String]
    source: Mapped[String]
    reason: Mapped[String] = mapped_column(server_default="")
    actor: Mapped[String]
    effective_on: Mapped[date]
    # A trigger looks it up, only where there is one.
    closes: Mapped[int | None] = mapped_column(BigInteger)
    posted_at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    xid: Mapped[int] = mapped_column(Xid8, server_default=func.pg_current_xact_id())
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary, server_default=text("uuid_send(gen_random_uuid())")
    )


class Entry(Base):
    """One line of a transaction; a limited account's carries its balance and version after it."""

    __tablename__ = "entries"
    __table_args__ = (
        Index(
            "uq_entries_account_id_version",
            "account_id",
            "version",
            unique=True,
            postgresql_where=text("version IS NOT NULL"),
        ),
        Index(None, "account_id", "transaction_id"),
        Index(
            "ix_entries_large",
            text("abs(amount)"),
            "transaction_id",
            postgresql_where=text("abs(amount) >= 1000"),
        ),
    )

    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int | None] = mapped_column(BigInteger)
