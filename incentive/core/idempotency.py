"""The same request twice is done once and answered alike.

The caller's Idempotency-Key is claimed in the use case's own transaction: a retry that
arrives meanwhile waits for it, and a crash takes the claim back with everything else.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Index, LargeBinary, SmallInteger, Text, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base, session
from incentive.core.errors import Conflict, Malformed
from incentive.core.i18n import _


class KeyMissing(Malformed):
    """A POST that creates came without an Idempotency-Key, or with one that is none."""

    code = "http.idempotency_key_missing"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The Idempotency-Key header is missing, or is not 8 to 80 visible ASCII characters."
                " Send one that is new for each order."
            ),
            field="Idempotency-Key",
        )


class KeyReused(Conflict):
    """The key was used for another request."""

    code = "http.idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            _("This Idempotency-Key was used for another request. Use a new one."),
            field="Idempotency-Key",
        )


class IdempotencyKey(Base):
    """One answered request of one caller; swept after a week."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    caller: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    answer: Mapped[Any] = mapped_column(JSONB, nullable=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What an earlier run of the same request answered."""

    status: int
    body: Any


def request_hash(*parts: bytes) -> bytes:
    """Return 32 bytes over `parts`, each with its length, so that no two lists collide."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def claim(caller: str, key: str, wanted: bytes, at: datetime) -> Answer | None:
    """Claim `key` for `caller`; return the earlier answer if the request was done before.

    Raises:
        KeyReused: the key belongs to another request.
    """
    row = {"caller": caller, "key": key, "request_hash": wanted, "created_at": at}
    fresh = insert(IdempotencyKey).values(row).on_conflict_do_nothing()
    # The row itself is asked for: of an INSERT the driver's row count is not kept.
    if session().scalar(fresh.returning(IdempotencyKey.key)) is not None:
        return None
    known = session().scalars(select(IdempotencyKey).filter_by(caller=caller, key=key)).one()
    if known.request_hash != wanted or known.status is None:
        raise KeyReused
    return Answer(known.status, known.answer)


def keep(caller: str, key: str, answer: Answer) -> None:
    """Keep the answer to a claimed request for its retries."""
    session().execute(
        update(IdempotencyKey)
        .filter_by(caller=caller, key=key)
        .values(status=answer.status, answer=answer.body)
    )


def sweep(before: datetime) -> int:
    """Forget answers kept before `before`; return how many."""
    result = (
        session()
        .connection()
        .execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < before))
    )
    return result.rowcount
