"""The sessions that somebody has open, and ending them: the next request sees it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.people import queries as people_queries
from incentive.people.caller import SESSION, Caller
from incentive.people.models import SignIn
from incentive.people.sessions import queries
from incentive.people.sessions.errors import SessionNeeded, UnknownSession

LISTED_MAX: Final = 100


def require_session(by: Caller) -> None:
    """Let pass only a person who has signed in.

    Raises:
        SessionNeeded: a device or a token is calling.
    """
    if by.kind != SESSION:
        raise SessionNeeded


def sessions(by: Caller, at: datetime) -> Sequence[SignIn]:
    """Return the caller's open sessions, the last used first."""
    return queries.sessions_of(by.person_id, at, LISTED_MAX)


def end(sign_in_id: UUID, by: Caller, at: datetime) -> None:
    """End one of the caller's sessions.

    Raises:
        SessionNeeded: as `require_session`.
        UnknownSession: it is none of theirs, or has ended.
    """
    require_session(by)
    if not queries.end(sign_in_id, by.person_id, SESSION, at):
        raise UnknownSession


def end_all(by: Caller, at: datetime) -> None:
    """End all that opens anything in the caller's name: sessions, this one too, devices, tokens.

    Raises:
        SessionNeeded: as `require_session`.
    """
    require_session(by)
    people_queries.revoke_all(by.person_id, at)
