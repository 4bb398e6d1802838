"""Linked accounts' SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.people.external.models import IdentityAttempt, LinkedIdentity
from incentive.people.models import Person


def insert_attempt(values: dict[str, Any]) -> None:
    """Keep an attempt."""
    session().add(IdentityAttempt(**values))


def lock_attempt(
    state_hash: bytes, binding_hash: bytes, provider: str, at: datetime
) -> IdentityAttempt | None:
    """Return the attempt of a state that this browser began, unused, locked until the end."""
    statement = (
        select(IdentityAttempt)
        .where(
            IdentityAttempt.state_hash == state_hash,
            IdentityAttempt.binding_hash == binding_hash,
            IdentityAttempt.provider == provider,
            IdentityAttempt.used_at.is_(None),
            IdentityAttempt.expires_at > at,
        )
        .with_for_update()
    )
    return session().scalar(statement)


def lock_proved(binding_hash: bytes, at: datetime) -> IdentityAttempt | None:
    """Return this browser's proof of an account that is to be linked, locked until the end."""
    statement = (
        select(IdentityAttempt)
        .where(
            IdentityAttempt.binding_hash == binding_hash,
            IdentityAttempt.subject_blind.is_not(None),
            IdentityAttempt.linked_at.is_(None),
            IdentityAttempt.expires_at > at,
        )
        .with_for_update()
    )
    return session().scalar(statement)


def attempt(attempt_id: UUID) -> IdentityAttempt:
    """Return an attempt that is there."""
    return session().get_one(IdentityAttempt, attempt_id, populate_existing=True)


def person_of(provider: str, subject_blind: bytes) -> Person | None:
    """Return the active person whom an account is linked to."""
    statement = (
        select(Person)
        .join(LinkedIdentity, LinkedIdentity.person_id == Person.id)
        .where(
            LinkedIdentity.provider == provider,
            LinkedIdentity.subject_blind == subject_blind,
            Person.status == "active",
        )
    )
    return session().scalar(statement)


def link(values: dict[str, Any]) -> bool:
    """Link an account; return False if it, or another of the service, is linked already."""
    fresh = insert(LinkedIdentity).values(values).on_conflict_do_nothing()
    return session().scalar(fresh.returning(LinkedIdentity.id)) is not None


def identities_of(person_id: UUID) -> Sequence[LinkedIdentity]:
    """Return a person's linked accounts."""
    statement = select(LinkedIdentity).filter_by(person_id=person_id)
    return session().scalars(statement.order_by(LinkedIdentity.provider)).all()


def unlink(identity_id: UUID, person_id: UUID) -> bool:
    """Take a link of a person's away; return whether there was one."""
    statement = delete(LinkedIdentity).where(
        LinkedIdentity.id == identity_id, LinkedIdentity.person_id == person_id
    )
    return session().connection().execute(statement).rowcount == 1
