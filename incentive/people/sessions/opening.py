"""Opening sessions: half, until the second factor is given, or whole."""

import secrets
from datetime import datetime
from typing import Any, Final, NamedTuple

from flask import current_app, has_request_context, request

from incentive.config import Settings
from incentive.core.addresses import client_network
from incentive.core.db import session
from incentive.people import personal, role_queries
from incentive.people.caller import token_hash
from incentive.people.domain import SESSION_TIME
from incentive.people.models import Person, SignIn
from incentive.people.second_factor import queries as factor_queries
from incentive.people.sessions.domain import (
    GUARDED,
    HALF_OPEN_TIME,
    Awaits,
    awaits,
    coarse_network,
    device_name,
)

TOKEN_BYTES: Final = 32


class Opened(NamedTuple):
    """A fresh session: its token, shown this once, and what it still awaits.

    Half open it does not tell the `name`.
    """

    token: str
    expires_at: datetime
    person: Person
    awaits: Awaits | None = None
    name: str | None = None

    @property
    def who(self) -> dict[str, Any]:
        """Return what the person is told of themselves."""
        number = self.person.volunteer_number
        return {"id": self.person.id, "volunteer_number": number, "name": self.name}


def open_session(person: Person, at: datetime, *, strong: bool = False) -> Opened:
    """Open a session of `person`, half if a second factor is to follow; `strong`: it was given."""
    waits = None if strong else _awaits(person, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = at + (HALF_OPEN_TIME if waits else SESSION_TIME)
    session().add(
        SignIn(
            person_id=person.id,
            token_hash=token_hash(token),
            created_at=at,
            expires_at=expires_at,
            awaits=waits,
            strong=strong,
            used_at=at,
            **where(),
        )
    )
    name = None if waits else personal.one(person.id, "name").name
    return Opened(token, expires_at, person, waits, name)


def where() -> dict[str, str]:
    """Return what is kept of the device and the network that the request comes from."""
    if not has_request_context():
        return {"browser": "", "network": ""}
    return {
        "browser": device_name(request.headers.get("User-Agent", "")),
        "network": coarse_network(client_network()),
    }


def _awaits(person: Person, at: datetime) -> Awaits | None:
    settings: Settings = current_app.config["SETTINGS"]
    enrolled = factor_queries.is_enrolled(person.id)
    required = settings.second_factor_required
    guarded = required and any(
        grant.role in GUARDED for grant, _region in role_queries.roles_of(person.id, at)
    )
    return awaits(enrolled=enrolled, required=required, guarded=guarded)
