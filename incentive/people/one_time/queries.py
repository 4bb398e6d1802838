"""One-time codes' SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from incentive.core.db import session
from incentive.people.one_time.models import OneTimeCode


def lock_phone(phone_blind: bytes) -> None:
    """Let one at a time send codes to a phone, until the transaction's end."""
    key = int.from_bytes(phone_blind[:8], signed=True)
    session().execute(select(func.pg_advisory_xact_lock(key)))


def sent_since(phone_blind: bytes, since: datetime) -> Sequence[datetime]:
    """Return when codes were sent to a phone after `since`, of whatever purpose."""
    statement = select(OneTimeCode.sent_at).where(
        OneTimeCode.phone_blind == phone_blind, OneTimeCode.sent_at > since
    )
    return session().scalars(statement).all()


def close_open(phone_blind: bytes, purpose: str, at: datetime) -> None:
    """Close a phone's codes for a purpose: the next one takes their place."""
    session().execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.phone_blind == phone_blind,
            OneTimeCode.purpose == purpose,
            OneTimeCode.closed_at.is_(None),
        )
        .values(closed_at=at)
    )


def insert(values: dict[str, Any]) -> None:
    """Keep a code."""
    session().add(OneTimeCode(**values))


def lock_open(phone_blind: bytes, purpose: str, at: datetime) -> OneTimeCode | None:
    """Return the phone's code that can be used at `at`, locked until the end."""
    statement = (
        select(OneTimeCode)
        .where(
            OneTimeCode.phone_blind == phone_blind,
            OneTimeCode.purpose == purpose,
            OneTimeCode.closed_at.is_(None),
            OneTimeCode.expires_at > at,
        )
        .order_by(OneTimeCode.sent_at.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session().scalar(statement)


def forget_phone(phone_blind: bytes) -> None:
    """Delete all codes of a phone."""
    session().execute(delete(OneTimeCode).where(OneTimeCode.phone_blind == phone_blind))
