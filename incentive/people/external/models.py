"""Accounts at other services that are linked to persons, and sign-ins that are under way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class LinkedIdentity(Base):
    """A person's account at another service: a keyed hash of what it knows the person by."""

    __tablename__ = "linked_identities"
    __table_args__ = (
        UniqueConstraint("provider", "subject_blind"),
        UniqueConstraint("person_id", "provider"),
    )

    id: Mapped[Id]
    provider: Mapped[String]
    subject_blind: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    linked_at: Mapped[Instant]


class IdentityAttempt(Base):
    """A way to another service and back: bound to one browser, good once and for minutes.

    `sealed` holds the nonce and the PKCE verifier. `subject_blind` is set by a proof of an account
    that is linked to nobody yet; who then proves a phone in the same browser links it.
    """

    __tablename__ = "identity_attempts"
    __table_args__ = (Index(None, "expires_at"),)

    id: Mapped[Id]
    provider: Mapped[String]
    state_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    binding_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[Instant]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    subject_blind: Mapped[bytes | None] = mapped_column(LargeBinary)
    linked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
