"""Opening and ending sessions."""

import secrets
from datetime import datetime
from typing import Final

from incentive.core.db import session, transaction
from incentive.people import passwords, phones, queries
from incentive.people.caller import token_hash
from incentive.people.domain import SESSION_TIME, Tries
from incentive.people.errors import SignInLocked, WrongCredentials
from incentive.people.models import Person, SignIn, SignInFailure
from incentive.people.service import blind_phone

TOKEN_BYTES: Final = 32


def sign_in(phone: str, password: str, at: datetime) -> tuple[str, datetime, Person]:
    """Return a fresh token, when it expires, and whose it is. Opens its own transactions.

    It is the one use case that writes although it refuses: a wrong try has to be counted.
    And argon2 works between the transactions, so that no connection waits for it.

    Raises:
        PhoneUnusable: this is no phone number.
        WrongCredentials: unknown phone or wrong password, after the same time.
        SignInLocked: five wrong tries in a row for this phone, anybody's or not.
    """
    blind = blind_phone(phones.parse(phone))
    with transaction():
        _refuse_locked(queries.failures_of(blind), at)
        row = queries.person_with_password(blind)
    person, kept = (row[0], row[1]) if row else (None, None)
    right = passwords.verify(kept, password)
    fresh_hash = (
        passwords.hashed(password) if right and kept and passwords.needs_rehash(kept) else None
    )
    with transaction():
        # Lock and look again: of many guesses at once, only five count as tries.
        tries = queries.lock_failures(blind, at)
        _refuse_locked(tries, at)
        if right and person is not None:
            session().delete(tries)
            if fresh_hash is not None:
                queries.set_password(person.id, fresh_hash, at)
            return _open(person, at)
        counted = _tries(tries).after_failure(at)
        tries.failures = counted.failures
        tries.failed_at = counted.failed_at
        tries.locked_until = counted.locked_until
    raise WrongCredentials


def sign_out(token: str, at: datetime) -> bool:
    """End the session of `token` in the open transaction; return whether there was one."""
    return queries.revoke(token_hash(token), at)


def _open(person: Person, at: datetime) -> tuple[str, datetime, Person]:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = at + SESSION_TIME
    session().add(
        SignIn(
            person_id=person.id,
            token_hash=token_hash(token),
            created_at=at,
            expires_at=expires_at,
        )
    )
    return token, expires_at, person


def _refuse_locked(row: SignInFailure | None, at: datetime) -> None:
    remaining = _tries(row).locked_for(at) if row else None
    if remaining is not None:
        raise SignInLocked(remaining)


def _tries(row: SignInFailure) -> Tries:
    return Tries(row.failures, row.failed_at, row.locked_until)
