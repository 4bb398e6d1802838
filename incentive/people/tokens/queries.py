"""API tokens' SQL; they end as sessions do."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from incentive.core.db import session
from incentive.people.models import SignIn


def tokens_of(person_id: UUID, at: datetime, most: int) -> Sequence[SignIn]:
    """Return a person's tokens that are good, the newest first."""
    statement = (
        select(SignIn)
        .where(
            SignIn.person_id == person_id,
            SignIn.kind == "token",
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > at,
        )
        .order_by(SignIn.id.desc())
        .limit(most)
    )
    return session().scalars(statement).all()


def find(token_id: UUID, person_id: UUID) -> SignIn | None:
    """Return a token of a person's, ended or not."""
    return session().scalar(
        select(SignIn).filter_by(id=token_id, person_id=person_id, kind="token")
    )
