"""The same request twice is done once and answered alike.

The caller's Idempotency-Key is claimed in the use case's own transaction: a retry that
arrives meanwhile waits for it, and a crash takes the claim back with everything else.

An answer may hold what says who somebody is. It is kept sealed by a key that derives from the
secret and the Idempotency-Key, of which the books keep only a hash: who asks again reads it, and
nobody else.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import DateTime, Index, LargeBinary, SmallInteger, Text, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from incentive.config import Settings
from incentive.core.crypto import Vault
from incentive.core.db import Base, jurisdiction, session
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
    """One answered request of one caller; swept after a week. `key` is a hash, all else sealed."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    caller: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
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
    vault, hashed = _vault(caller, key), _hashed(key)
    wanted = vault.blind(wanted.hex())
    row = {"caller": caller, "key": hashed, "request_hash": wanted, "created_at": at}
    fresh = insert(IdempotencyKey).values(row).on_conflict_do_nothing()
    # The row itself is asked for: of an INSERT the driver's row count is not kept.
    if session().scalar(fresh.returning(IdempotencyKey.key)) is not None:
        return None
    known = session().scalars(select(IdempotencyKey).filter_by(caller=caller, key=hashed)).one()
    if bytes(known.request_hash) != wanted or known.status is None or known.answer is None:
        raise KeyReused
    return Answer(known.status, json.loads(vault.open(bytes(known.answer))))


def keep(caller: str, key: str, answer: Answer) -> None:
    """Keep the answer to a claimed request for its retries."""
    session().execute(
        update(IdempotencyKey)
        .filter_by(caller=caller, key=_hashed(key))
        .values(
            status=answer.status,
            answer=_vault(caller, key).seal(json.dumps(answer.body, ensure_ascii=False)),
        )
    )


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _vault(caller: str, key: str) -> Vault:
    settings: Settings = current_app.config["SETTINGS"]
    return Vault(settings.secret, f"{jurisdiction()}/answer/{caller}/{key}")
