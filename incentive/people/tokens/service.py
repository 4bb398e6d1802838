"""Making API tokens and ending them.

A token has a list of permissions, and never more than its person's present roles give: those are
looked at anew with every request.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.people import acts
from incentive.people.caller import Caller, token_hash
from incentive.people.models import SignIn
from incentive.people.permissions import PERMISSIONS
from incentive.people.sessions import queries as session_queries
from incentive.people.sessions.opening import TOKEN_BYTES
from incentive.people.sessions.service import require_session
from incentive.people.tokens import queries
from incentive.people.tokens.errors import ScopeNotHeld, UnknownToken

# Who finds one in a file or a log sees what it is, and so do programs that look for such.
PREFIX: Final = "inct_"
# What is the person's own: their points, sign-ups, orders.
OWN: Final = "own"
KIND: Final = "token"
DAYS: Final = 90
DAYS_MAX: Final = 366
LISTED_MAX: Final = 100


def scopes_of(by: Caller) -> list[str]:
    """Return what the caller can give a token."""
    return [OWN, *(name for name in PERMISSIONS if any(g.gives(name) for g in by.grants))]


def make(
    name: str, scopes: Collection[str], days: int, *, by: Caller, at: datetime
) -> tuple[str, SignIn]:
    """Return a fresh token called `name` for `days`, and what is kept of it: not the token.

    Raises:
        SessionNeeded: no token makes another.
        ScopeNotHeld: the caller has not all of `scopes`.
    """
    require_session(by)
    held = scopes_of(by)
    for scope in scopes:
        if scope not in held:
            raise ScopeNotHeld(scope)
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    made = SignIn(
        id=new_id(),
        person_id=by.person_id,
        token_hash=token_hash(token),
        created_at=at,
        expires_at=at + timedelta(days=days),
        kind=KIND,
        # It was made by who gave the second factor, if one was asked for.
        strong=session_queries.is_strong(by.sign_in_id),
        owns=OWN in scopes,
        name=name,
        permissions=sorted(set(scopes) - {OWN}),
        used_at=at,
    )
    session().add(made)
    acts.record(by, "token.make", subject=f"person:{by.person_id}", after=_told(made))
    return token, made


def tokens(by: Caller, at: datetime) -> Sequence[SignIn]:
    """Return the caller's tokens that are good, the newest first."""
    return queries.tokens_of(by.person_id, at, LISTED_MAX)


def scopes(kept: SignIn) -> list[str]:
    """Return what a token was given."""
    return [*([OWN] if kept.owns else []), *(kept.permissions or [])]


def end(token_id: UUID, *, by: Caller, at: datetime) -> None:
    """End a token of the caller's: its next request opens nothing.

    Raises:
        SessionNeeded: no token ends another.
        UnknownToken: it is none of theirs, or has ended.
    """
    require_session(by)
    kept = queries.find(token_id, by.person_id)
    if kept is None or not session_queries.end(token_id, by.person_id, KIND, at):
        raise UnknownToken
    acts.record(by, "token.end", subject=f"person:{by.person_id}", before=_told(kept))


def _told(kept: SignIn) -> dict[str, object]:
    return {"token": kept.id, "name": kept.name, "scopes": scopes(kept), "until": kept.expires_at}
