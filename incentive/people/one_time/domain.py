"""Decisions about one-time codes: pure, without clock, session or request."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

DIGITS: Final = 6
LIFETIME: Final = timedelta(minutes=5)
TRIES_MAX: Final = 5
# How many codes one phone is sent, whoever asks: a minute, an hour, a day.
SENT_MAX: Final = (
    (timedelta(minutes=1), 1),
    (timedelta(hours=1), 5),
    (timedelta(days=1), 10),
)
LOOKED_BACK: Final = max(span for span, _most in SENT_MAX)


class Purpose(StrEnum):
    """What a code is for; it is good for nothing else."""

    SIGN_IN = "sign_in"
    REGISTER = "register"
    PASSWORD = "password"  # noqa: S105 - a purpose
    LINK = "link"
    # That the caller is still who signed in, before something that cannot be undone.
    CONFIRM = "confirm"


# To whom a code goes though nobody here has the phone.
FOR_STRANGERS: Final = frozenset({Purpose.REGISTER})


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def wait(sent: Sequence[datetime], at: datetime) -> timedelta | None:
    """Return how long until another code may be sent, or None; `sent`: when the earlier ones were."""
    waits = []
    for span, most in SENT_MAX:
        within = sorted(moment for moment in sent if moment > at - span)
        if len(within) >= most:
            waits.append(within[-most] + span - at)
    return max(waits, default=None)
