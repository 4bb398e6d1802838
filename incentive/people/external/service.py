"""Signing in by another service, and linking its accounts to persons.

An account is linked only by who proves to hold the person's phone, in the same browser and within
minutes; what the service tells of names, phones or addresses is not even read.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from flask import Flask, current_app

from incentive.config import Settings, SettingsError
from incentive.core.db import transaction
from incentive.core.ids import new_id
from incentive.core.keys import key_vault, vault
from incentive.people import phones
from incentive.people.caller import Caller, token_hash
from incentive.people.external import asking, queries
from incentive.people.external.domain import ATTEMPT_TIME, LINK_TIME, Provider, provider
from incentive.people.external.errors import (
    IdentityHeld,
    ProofRefused,
    UnknownIdentity,
    UnknownProvider,
)
from incentive.people.external.models import LinkedIdentity
from incentive.people.models import Person
from incentive.people.one_time import service as one_time
from incentive.people.one_time.domain import Purpose
from incentive.people.sessions.opening import TOKEN_BYTES, Opened, open_session
from incentive.people.sessions.service import require_session

# RFC 7636: 43 to 128 characters.
VERIFIER_BYTES: Final = 48


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser is sent to, and what it keeps until it is back."""

    url: str
    binding: str


def init_app(app: Flask) -> None:
    """Read which services `app` believes.

    Raises:
        SettingsError: the file cannot be used.
    """
    settings: Settings = app.config["SETTINGS"]
    app.extensions["identity_providers"] = _read(settings.identity_providers)


def providers() -> Sequence[Provider]:
    """Return the services by which one can sign in."""
    return list(_all().values())


def begin(name: str, back: str, at: datetime) -> Begun:
    """Begin a sign-in by the service `name`, which is to send the browser to `back`.

    Raises:
        UnknownProvider, ProviderAway: nothing is begun.
    """
    chosen = _provider(name)
    state, nonce, binding = (secrets.token_urlsafe(TOKEN_BYTES) for _ in range(3))
    verifier = secrets.token_urlsafe(VERIFIER_BYTES)
    url = asking.way_there(chosen, back, state=state, nonce=nonce, verifier=verifier)
    with transaction():
        queries.insert_attempt(
            {
                "id": new_id(),
                "provider": name,
                "state_hash": token_hash(state),
                "binding_hash": token_hash(binding),
                "sealed": key_vault().seal(json.dumps([nonce, verifier])),
                "expires_at": at + ATTEMPT_TIME,
            }
        )
    return Begun(url, binding)


def finish(
    name: str, back: str, *, state: str, code: str, issuer: str, binding: str, at: datetime
) -> Opened | None:
    """Return a fresh session of whom the account is linked to, or None: `link` it first.

    An attempt is good once, whatever comes of it. Opens its own transactions: nobody's connection
    waits for the other service. `issuer` is what the answer says it comes from (RFC 9207), or "".

    Raises:
        UnknownProvider, ProviderAway: as `begin`.
        ProofRefused: the answer is not to a question of this browser's, or proves nothing.
    """
    chosen = _provider(name)
    with transaction():
        attempt = queries.lock_attempt(token_hash(state), token_hash(binding), name, at)
        if attempt is None or (issuer and issuer != chosen.issuer):
            raise ProofRefused
        attempt.used_at = at
        attempt_id, sealed = attempt.id, attempt.sealed
    nonce, verifier = json.loads(key_vault().open(sealed))
    subject = asking.subject(chosen, back, code, nonce=nonce, verifier=verifier, at=at)
    blind = vault().blind(f"identity/{name}/{subject}")
    with transaction():
        holder = queries.person_of(name, blind)
        if holder is not None:
            return open_session(holder, at)
        proved = queries.attempt(attempt_id)
        proved.subject_blind, proved.expires_at = blind, at + LINK_TIME
    return None


def link(binding: str, phone: str, code: str, at: datetime) -> Opened:
    """Link the account that this browser proved to whoever proves the phone; open their session.

    Raises:
        CodeWrong: as `one_time.prove`.
        ProofRefused: no account was proved here, or too long ago.
        IdentityHeld: the person has another account of the service.
    """

    def then(holder: Person) -> Opened:
        proved = queries.lock_proved(token_hash(binding), at)
        if proved is None:
            raise ProofRefused
        proved.linked_at = at
        linked = {
            "id": new_id(),
            "provider": proved.provider,
            "subject_blind": proved.subject_blind,
            "person_id": holder.id,
            "linked_at": at,
        }
        if not queries.link(linked):
            raise IdentityHeld
        return open_session(holder, at)

    return one_time.prove(Purpose.LINK, phones.parse(phone), code, at, then)


def identities(by: Caller) -> Sequence[LinkedIdentity]:
    """Return the caller's linked accounts."""
    return queries.identities_of(by.person_id)


def unlink(identity_id: UUID, by: Caller) -> None:
    """Take the link to one of the caller's accounts away.

    Raises:
        SessionNeeded: a device or a token is calling.
        UnknownIdentity: it is none of theirs.
    """
    require_session(by)
    if not queries.unlink(identity_id, by.person_id):
        raise UnknownIdentity


def _provider(name: str) -> Provider:
    found = _all().get(name)
    if found is None:
        raise UnknownProvider
    return found


def _all() -> Mapping[str, Provider]:
    found: Mapping[str, Provider] = current_app.extensions.get("identity_providers", {})
    return found


def _read(path: str | None) -> Mapping[str, Provider]:
    if path is None:
        return {}
    try:
        given = json.loads(Path(path).read_text(encoding="utf-8"))
        return {name: provider(name, values) for name, values in given.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise SettingsError(
            f"INCENTIVE_IDENTITY_PROVIDERS {path} cannot be used: {error}"
        ) from None
