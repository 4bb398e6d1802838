"""Opening and ending sessions, and the password that opens them."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from incentive.core.db import session, transaction
from incentive.people import index, passwords, personal, phones, queries
from incentive.people.caller import Caller, token_hash
from incentive.people.domain import (
    FAILURES_ANYWHERE_MAX,
    FAILURES_MAX,
    Tries,
)
from incentive.people.errors import SignInLocked, WrongCredentials
from incentive.people.models import Person, SignInFailure
from incentive.people.one_time import service as one_time
from incentive.people.one_time.domain import Purpose
from incentive.people.service import blind_phone, blind_place
from incentive.people.sessions.opening import Opened, open_session

Done = TypeVar("Done")


def sign_in(phone: str, password: str, at: datetime, place: str = "") -> Opened:
    """Return a fresh session, half open if a second factor is to follow. Opens its own transactions.

    `place` is where it is tried from: wrong tries from one place leave the others open.

    Raises:
        As `prove`; PhoneUnusable: this is no phone number.
    """
    return prove(phones.parse(phone), password, at, place, lambda person: open_session(person, at))


def sign_in_by_code(phone: str, code: str, at: datetime) -> Opened:
    """Do as `sign_in` for who proves by a one-time code to hold the phone.

    Raises:
        CodeWrong: as `one_time.prove`; PhoneUnusable: this is no phone number.
    """
    return one_time.prove(
        Purpose.SIGN_IN, phones.parse(phone), code, at, lambda person: open_session(person, at)
    )


def change_password(by: Caller, current: str, new: str, at: datetime, place: str = "") -> None:
    """Give the caller a new password and end all their other sessions. Opens its own transactions.

    Raises:
        As `prove`; PasswordWeak: nothing is changed.
    """
    with transaction():
        e164 = personal.one(by.person_id, "phone").phone
    if e164 is None:
        raise WrongCredentials
    passwords.check(new, e164)
    fresh_hash = passwords.hashed(new)

    def change(holder: Person) -> None:
        queries.set_password(holder.id, fresh_hash, at)
        queries.revoke_all(holder.id, at, but=by.sign_in_id)

    prove(e164, current, at, place, change)


def prove(
    e164: str, password: str, at: datetime, place: str, then: Callable[[Person], Done]
) -> Done:
    """Do `then` for the person of a phone, who proves to be it by the password.

    It is the one use case that writes although it refuses: a wrong try has to be counted.
    And argon2 works between the transactions, so that no connection waits for it.

    Raises:
        WrongCredentials: unknown phone or wrong password, after the same time.
        SignInLocked: five wrong tries in a row for this phone, anybody's or not, from `place`,
            or fifty from anywhere.
    """
    blind = blind_phone(e164)
    # The phone's own row first, always: two who wait for each other would wait for ever.
    limits = {blind: FAILURES_ANYWHERE_MAX, blind_place(e164, place): FAILURES_MAX}
    with transaction():
        for key in limits:
            _refuse_locked(queries.failures_of(key), at)
        row = queries.person_with_password(index.reading().all("phone", e164))
    holder, kept = (row[0], row[1]) if row else (None, None)
    right = passwords.verify(kept, password)
    fresh_hash = (
        passwords.hashed(password) if right and kept and passwords.needs_rehash(kept) else None
    )
    with transaction():
        # Lock and look again: of many guesses at once, only five count as tries.
        rows = [(queries.lock_failures(key, at), most) for key, most in limits.items()]
        for tries, _most in rows:
            _refuse_locked(tries, at)
        if right and holder is not None:
            for tries, _most in rows:
                session().delete(tries)
            if fresh_hash is not None:
                queries.set_password(holder.id, fresh_hash, at)
            return then(holder)
        for tries, most in rows:
            counted = _tries(tries).after_failure(at, most)
            tries.failures = counted.failures
            tries.failed_at = counted.failed_at
            tries.locked_until = counted.locked_until
    raise WrongCredentials


def sign_out(token: str, at: datetime) -> bool:
    """End the session of `token` in the open transaction; return whether there was one."""
    return queries.revoke(token_hash(token), at)


def _refuse_locked(row: SignInFailure | None, at: datetime) -> None:
    remaining = _tries(row).locked_for(at) if row else None
    if remaining is not None:
        raise SignInLocked(remaining)


def _tries(row: SignInFailure) -> Tries:
    return Tries(row.failures, row.failed_at, row.locked_until)
