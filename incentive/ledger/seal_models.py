"""The tables of the sealed books, to read: the application cannot write them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INT8MULTIRANGE
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant, Xid8
from incentive.core.types import String as Text

# PostgreSQL's one-byte "char", as SQLAlchemy reads it. Compare it with literals only: a parameter's
# type would keep the index out.
Char = String


class LeafPack(Base):
    """The leaves of up to 256 rows of `kind` T (transactions) or L (lines of the audit log).

    In SQL, `ledger_sealed(from, to)` and the view `leaves` give them one by one (see the migration).
    """

    __tablename__ = "leaf_packs"

    first_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Char)
    size: Mapped[int]
    ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    refs: Mapped[Any] = mapped_column(
        INT8MULTIRANGE, Computed("ledger_refs(ids, size)", persisted=True)
    )
    memos: Mapped[bytes] = mapped_column(LargeBinary)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class TreeNode(Base):
    """The hash of a full subtree: of 256 leaves at level 8, of 65,536 at level 16, and so on."""

    __tablename__ = "tree_nodes"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class SealKey(Base):
    """A key that signs checkpoints from `created_at` until `retires_at` (none: the current one).

    `id` is its note key id in hexadecimal; `private_key` is wrapped, and gone once retired.
    """

    __tablename__ = "seal_keys"
    __table_args__ = (
        Index(
            "ix_seal_keys_current",
            text("(retires_at IS NULL)"),
            unique=True,
            postgresql_where=text("retires_at IS NULL"),
        ),
    )

    id: Mapped[Text] = mapped_column(primary_key=True)
    name: Mapped[Text]
    public_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    private_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
    retires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CheckpointRow(Base):
    """A signed checkpoint: `note` is the whole, the rest is what it says."""

    __tablename__ = "checkpoints"

    tree_size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Instant]
    key_id: Mapped[Text] = mapped_column(ForeignKey("seal_keys.id"))
    note: Mapped[Text] = mapped_column(unique=True)


class SealMark(Base):
    """How far rows of `kind` are sealed (see the migration)."""

    __tablename__ = "seal_marks"

    kind: Mapped[str] = mapped_column(Char, primary_key=True)
    cluster: Mapped[int | None] = mapped_column(BigInteger)
    xid: Mapped[int] = mapped_column(Xid8, server_default="0")
    ref: Mapped[int] = mapped_column(BigInteger, server_default="0")
    resume_xid: Mapped[int | None] = mapped_column(Xid8)
    restored_ref: Mapped[int] = mapped_column(BigInteger, server_default="0")


class SealRun(Base):
    """Rows that have got their numbers, from `first_seq` on, and not yet their leaves."""

    __tablename__ = "seal_runs"

    first_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Char)
    ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class CheckpointDelivery(Base):
    """Up to which checkpoint a place outside (`file`, `webhook`) has got them."""

    __tablename__ = "checkpoint_deliveries"

    target: Mapped[Text] = mapped_column(primary_key=True)
    tree_size: Mapped[int] = mapped_column(BigInteger)
    delivered_at: Mapped[Instant]
