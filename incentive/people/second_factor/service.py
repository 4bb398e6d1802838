"""Setting up a second factor, opening half open sessions by it, and resetting it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.core.db import session, transaction
from incentive.core.keys import key_vault, vault
from incentive.people import acts
from incentive.people import queries as people_queries
from incentive.people.caller import Caller, guarded_roles, token_hash
from incentive.people.domain import FAILURES_MAX, Tries
from incentive.people.errors import NotSignedIn, SignInLocked
from incentive.people.models import Person, SignInFailure
from incentive.people.over import require_over
from incentive.people.second_factor import domain, queries
from incentive.people.second_factor.errors import (
    FactorHeld,
    FactorNeeded,
    FactorWrong,
    NoFactor,
    OwnFactor,
)
from incentive.people.second_factor.models import SecondFactor
from incentive.people.service import person
from incentive.people.sessions import queries as session_queries
from incentive.people.sessions.domain import Awaits
from incentive.people.sessions.opening import Opened, open_session

_RESET: Final = "role.grant"


@dataclass(frozen=True, slots=True)
class Setup:
    """What the authenticator app is given: a secret to type, and an address to scan."""

    secret: str
    address: str


def begin(person_id: UUID, at: datetime) -> Setup:
    """Make a secret for the person's app; it counts once `confirm` has seen a code of it.

    Raises:
        FactorHeld: there is an app already.
    """
    known = queries.lock(person_id)
    if known is not None and known.confirmed_at is not None:
        raise FactorHeld
    queries.drop(person_id)
    secret = domain.new_secret()
    queries.put({"person_id": person_id, "secret_sealed": _seal(person_id, secret), "made_at": at})
    return _setup(person(person_id), secret)


def setup(person_id: UUID, at: datetime) -> Setup:
    """Return the secret that waits to be confirmed, a fresh one if there is none.

    Raises:
        FactorHeld: there is an app already.
    """
    known = queries.lock(person_id)
    if known is None or known.confirmed_at is not None:
        return begin(person_id, at)
    return _setup(person(person_id), _secret(known))


def confirm(person_id: UUID, code: str, at: datetime) -> list[str]:
    """Take the app into use, having seen a code of it; return the recovery codes, this once.

    Raises:
        NoFactor: no app waits for it.
        FactorWrong: the code is not the app's.
    """
    known = queries.lock(person_id)
    if known is None or known.confirmed_at is not None:
        raise NoFactor
    step = domain.matching_step(_secret(known), code, at, known.last_step)
    if step is None:
        raise FactorWrong
    known.last_step, known.confirmed_at = step, at
    return _fresh_recovery_codes(person_id)


def enrolling(token: str | None, at: datetime) -> UUID | None:
    """Return whose half open session `token` is, if it awaits an app to be set up."""
    half = session_queries.half_open(token_hash(token), at) if token else None
    return half.person_id if half is not None and half.awaits == Awaits.ENROLMENT else None


def open_by_enrolment(token: str, code: str, at: datetime) -> tuple[Opened, list[str]]:
    """Open the half open session of `token` by setting the app up; return it and recovery codes.

    Raises:
        NotSignedIn: the token awaits no such thing.
        As `confirm`.
    """
    half = session_queries.half_open(token_hash(token), at)
    if half is None or half.awaits != Awaits.ENROLMENT:
        raise NotSignedIn
    codes = confirm(half.person_id, code, at)
    half.revoked_at = at
    return open_session(person(half.person_id), at, strong=True), codes


def open_by_code(token: str, code: str, at: datetime) -> Opened:
    """Open the half open session of `token` by a code: a new session, with a new token.

    Opens its own transaction, and writes although it refuses: a wrong try is counted.

    Raises:
        NotSignedIn: the token awaits no code.
        FactorWrong: it is neither the app's code nor a recovery code, or was used.
        SignInLocked: five wrong ones in a row.
    """
    with transaction():
        half = session_queries.half_open(token_hash(token), at)
        if half is None or half.awaits != Awaits.CODE:
            raise NotSignedIn
        if _counted(half.person_id, code, at):
            half.revoked_at = at
            return open_session(person(half.person_id), at, strong=True)
    raise FactorWrong


def take_off(by: Caller, code: str, at: datetime) -> None:
    """Take the caller's own app off, where their roles don't need it. Opens its own transaction.

    Raises:
        NoFactor, FactorNeeded: there is none, or it has to stay.
        FactorWrong, SignInLocked: as `open_by_code`.
    """
    with transaction():
        if not queries.is_enrolled(by.person_id):
            raise NoFactor
        if any(grant.role in guarded_roles() for grant in by.grants):
            raise FactorNeeded
        if _counted(by.person_id, code, at):
            queries.drop(by.person_id)
            return
    raise FactorWrong


def renew_recovery_codes(by: Caller, code: str, at: datetime) -> list[str]:
    """Return fresh recovery codes in place of all before. Opens its own transaction.

    Raises:
        NoFactor: there is no app.
        FactorWrong, SignInLocked: as `open_by_code`.
    """
    with transaction():
        if not queries.is_enrolled(by.person_id):
            raise NoFactor
        if _counted(by.person_id, code, at):
            return _fresh_recovery_codes(by.person_id)
    raise FactorWrong


def reset(person_id: UUID, *, by: Caller, at: datetime, reason: str = "") -> None:
    """Take a person's app off who lost it, and end all their sessions; they set up a new one.

    Only who could grant every role that the person holds may do it, and nobody for themselves.

    Raises:
        OwnFactor, OutOfScope: the caller may not.
        UnknownPerson, NoFactor: look at who.
    """
    if by.person_id == person_id:
        raise OwnFactor
    require_over(by, _RESET, person_id, at)
    reset_by_command(person_id, by=by, at=at, reason=reason)


def reset_by_command(person_id: UUID, *, by: Caller | None, at: datetime, reason: str = "") -> None:
    """Do as `reset` without asking; `by` is None for the command line.

    Raises:
        NoFactor: there is none.
    """
    if not queries.drop(person_id):
        raise NoFactor
    people_queries.revoke_all(person_id, at)
    known = {"volunteer_number": person(person_id).volunteer_number}
    subject = f"person:{person_id}"
    acts.record(by, "person.second_factor", subject=subject, before=known, reason=reason)


def recovery_codes_left(person_id: UUID) -> int | None:
    """Return how many recovery codes the person has left, or None: there is no app."""
    return queries.codes_left(person_id) if queries.is_enrolled(person_id) else None


def _counted(person_id: UUID, code: str, at: datetime) -> bool:
    """Say whether the code is right, and count it if not."""
    # First of all: of many guesses at once, only five count as tries.
    tries = people_queries.lock_failures(vault().blind(f"second-factor/{person_id}"), at)
    known = Tries(tries.failures, tries.failed_at, tries.locked_until)
    remaining = known.locked_for(at)
    if remaining is not None:
        raise SignInLocked(remaining)
    if _fits(person_id, code, at):
        session().delete(tries)
        return True
    _count(tries, known.after_failure(at, FAILURES_MAX))
    return False


def _count(row: SignInFailure, tries: Tries) -> None:
    row.failures, row.failed_at = tries.failures, tries.failed_at
    row.locked_until = tries.locked_until


def _fits(person_id: UUID, code: str, at: datetime) -> bool:
    known = queries.lock(person_id)
    if known is None or known.confirmed_at is None:
        return False
    step = domain.matching_step(_secret(known), code, at, known.last_step)
    if step is not None:
        known.last_step = step
        return True
    hashed = _hashed(person_id, domain.cleaned(code))
    return queries.use_recovery_code(person_id, hashed, at)


def _fresh_recovery_codes(person_id: UUID) -> list[str]:
    codes = domain.new_recovery_codes()
    queries.put_recovery_codes(person_id, _all_hashed(person_id, codes))
    return codes


def _all_hashed(person_id: UUID, codes: Sequence[str]) -> list[bytes]:
    return [_hashed(person_id, code) for code in codes]


def _hashed(person_id: UUID, code: str) -> bytes:
    return vault().blind(f"recovery/{person_id}/{code}")


def _setup(holder: Person, secret: str) -> Setup:
    return Setup(secret, domain.address(secret, holder.volunteer_number))


def _seal(person_id: UUID, secret: str) -> bytes:
    # With whose it is: a row that was put in another's place does not open.
    return key_vault().seal(f"{person_id}/{secret}")


def _secret(known: SecondFactor) -> str:
    whose, _, secret = key_vault().open(known.secret_sealed).partition("/")
    if whose != str(known.person_id):
        raise FactorWrong
    return secret
