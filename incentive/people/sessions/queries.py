"""Sessions' SQL; what a request's own session opens is read in `people.queries`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update

from incentive.core.db import aside, session
from incentive.people.models import SignIn


def _live(at: datetime) -> ColumnElement[bool]:
    return and_(SignIn.revoked_at.is_(None), SignIn.expires_at > at)


def sessions_of(person_id: UUID, at: datetime, most: int) -> Sequence[SignIn]:
    """Return a person's open sessions, the last used first."""
    statement = (
        select(SignIn)
        .where(
            SignIn.person_id == person_id,
            SignIn.kind == "session",
            SignIn.awaits.is_(None),
            _live(at),
        )
        .order_by(SignIn.used_at.desc().nulls_last(), SignIn.id.desc())
        .limit(most)
    )
    return session().scalars(statement).all()


def end(sign_in_id: UUID, person_id: UUID, kind: str, at: datetime) -> bool:
    """End one sign-in of a person's; return whether there was one."""
    statement = (
        update(SignIn)
        .where(
            SignIn.id == sign_in_id,
            SignIn.person_id == person_id,
            SignIn.kind == kind,
            _live(at),
        )
        .values(revoked_at=at)
    )
    return session().connection().execute(statement).rowcount == 1


def is_strong(sign_in_id: UUID) -> bool:
    """Say whether a sign-in was opened with a second factor."""
    return bool(session().scalar(select(SignIn.strong).filter_by(id=sign_in_id)))


def half_open(token_hash: bytes, at: datetime) -> SignIn | None:
    """Return the session of a token if it awaits something, locked until the end."""
    statement = (
        select(SignIn)
        .where(SignIn.token_hash == token_hash, SignIn.awaits.is_not(None), _live(at))
        .with_for_update()
    )
    return session().scalar(statement)


def note_use(sign_in_id: UUID, at: datetime, network: str) -> None:
    """Note in a short transaction of its own that a sign-in is used."""
    with aside() as beside:
        beside.execute(
            update(SignIn).where(SignIn.id == sign_in_id).values(used_at=at, network=network)
        )
