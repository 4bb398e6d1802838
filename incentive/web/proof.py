"""Forms that ask anew who one is: by password, or by a code sent to one's phone."""

from collections.abc import Callable
from typing import TypeVar

from flask import request

from incentive.core import clock
from incentive.core.addresses import client_network
from incentive.core.db import transaction
from incentive.people import proving
from incentive.people.caller import caller
from incentive.people.models import Person
from incentive.people.passwords import LENGTH_MAX
from incentive.people.schemas import CODE_LENGTH_MAX
from incentive.web.errors import PasswordTooLong

Done = TypeVar("Done")


def proved(then: Callable[[Person], Done]) -> Done:
    """Do `then` for the caller, once the form's `password` or `code` proves who it is.

    Opens its own transactions, and writes although it refuses: a wrong try is counted.

    Raises:
        PasswordTooLong, SessionNeeded, WrongCredentials, SignInLocked, CodeWrong: nothing was done.
    """
    with transaction():
        who = caller()
    password, code = request.form.get("password", ""), request.form.get("code", "").strip()
    if max(len(password), len(code)) > LENGTH_MAX:
        raise PasswordTooLong(LENGTH_MAX)
    return proving.prove_oneself(
        who,
        then,
        clock.now(),
        password=password,
        code=code[:CODE_LENGTH_MAX],
        place=client_network(),
    )
