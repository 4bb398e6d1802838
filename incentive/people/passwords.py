"""Passwords: which are good enough, and their argon2 hashes."""

from functools import cache
from importlib import resources
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from incentive.core.i18n import _
from incentive.people.errors import PasswordWeak
from incentive.people.phones import national

LENGTH_MIN: Final = 8
LENGTH_MAX: Final = 200
DISTINCT_MIN: Final = 4
# OWASP's smaller setting: 19 MiB keeps two web processes of four threads below 160 MiB.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The ones that guessers in China try first and that pass the other rules.
_COMMON: Final = frozenset(
    (resources.files("incentive.people") / "common-passwords.txt").read_text("ascii").split()
)


def check(password: str, phone: str) -> None:
    """Let pass what is long and unusual enough for the person with `phone` (E.164).

    Raises:
        PasswordWeak: it is not; the message says why.
    """
    if len(password) < LENGTH_MIN:
        raise PasswordWeak(_("The password needs at least %(least)s characters.", least=LENGTH_MIN))
    if national(phone) in password:
        raise PasswordWeak(_("The password must not contain your phone number."))
    if password.lower() in _COMMON or len(set(password)) < DISTINCT_MIN:
        raise PasswordWeak(_("This password is easy to guess. Choose a less common one."))


def hashed(password: str) -> str:
    """Return the argon2id hash of `password`; takes some 20 ms on purpose."""
    return _HASHER.hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Say whether `password` fits the `kept` hash; takes as long if there is none."""
    try:
        return _HASHER.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(kept: str) -> bool:
    """Say whether `kept` was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return hashed("nobody has this password")
