"""Proving anew who one is, before something that must not be done by whoever found the phone."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from incentive.core.db import transaction
from incentive.people import personal, sign_in
from incentive.people.caller import Caller
from incentive.people.errors import WrongCredentials
from incentive.people.models import Person
from incentive.people.one_time import service as one_time
from incentive.people.one_time.domain import Purpose
from incentive.people.one_time.service import Sent
from incentive.people.sessions.service import require_session

Done = TypeVar("Done")


def send_code(by: Caller, at: datetime) -> Sent:
    """Have a code sent to the caller's own phone, for who has no password. Opens transactions.

    Raises:
        SessionNeeded, CodesTooOften, NoMessages: none was sent.
        WrongCredentials: they have no phone.
    """
    require_session(by)
    return one_time.send(Purpose.CONFIRM, _phone(by), at)


def prove_oneself(
    by: Caller,
    then: Callable[[Person], Done],
    at: datetime,
    *,
    password: str = "",
    code: str = "",
    place: str = "",
) -> Done:
    """Do `then` for the caller, who proves by password, or by a code, to be who signed in.

    Opens its own transactions, and writes although it refuses: a wrong try is counted.

    Raises:
        SessionNeeded: a device or a token is calling.
        WrongCredentials, SignInLocked: as `sign_in.prove`.
        CodeWrong: as `one_time.prove`.
    """
    require_session(by)
    e164 = _phone(by)

    def checked(holder: Person) -> Done:
        if holder.id != by.person_id:
            raise WrongCredentials
        return then(holder)

    if code:
        return one_time.prove(Purpose.CONFIRM, e164, code, at, checked)
    return sign_in.prove(e164, password, at, place, checked)


def _phone(by: Caller) -> str:
    with transaction():
        e164 = personal.one(by.person_id, "phone").phone
    if e164 is None:
        raise WrongCredentials
    return e164
