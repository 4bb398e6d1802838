"""The second factor's SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from incentive.core.db import session
from incentive.people.second_factor.models import RecoveryCode, SecondFactor


def is_enrolled(person_id: UUID) -> bool:
    """Say whether the person has an app that was confirmed."""
    statement = select(SecondFactor.person_id).where(
        SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
    )
    return session().scalar(statement) is not None


def lock(person_id: UUID) -> SecondFactor | None:
    """Return the person's app, confirmed or not, locked until the end."""
    statement = select(SecondFactor).filter_by(person_id=person_id).with_for_update()
    return session().scalar(statement.execution_options(populate_existing=True))


def put(values: dict[str, Any]) -> None:
    """Keep an app that is yet to be confirmed."""
    session().add(SecondFactor(**values))
    session().flush()


def drop(person_id: UUID) -> bool:
    """Take the person's app and recovery codes away; return whether there was an app."""
    session().execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    statement = delete(SecondFactor).where(SecondFactor.person_id == person_id)
    return session().connection().execute(statement).rowcount == 1


def put_recovery_codes(person_id: UUID, hashes: list[bytes]) -> None:
    """Keep the hashes of recovery codes in place of any before."""
    session().execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    rows = [{"person_id": person_id, "code_hash": each} for each in hashes]
    session().execute(insert(RecoveryCode), rows)


def use_recovery_code(person_id: UUID, code_hash: bytes, at: datetime) -> bool:
    """Use a recovery code up; return whether it was there to be used."""
    statement = (
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
    )
    return session().connection().execute(statement).rowcount == 1


def codes_left(person_id: UUID) -> int:
    """Return how many recovery codes a person has left."""
    statement = select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return session().scalar(statement) or 0
