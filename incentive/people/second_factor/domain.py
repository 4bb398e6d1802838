"""Decisions about the second factor: pure, without clock, session or request."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import pyotp

from incentive.core.codes.alphabet import LETTERS

ISSUER: Final = "Incentive"
STEP: Final = timedelta(seconds=30)
# A phone's clock may be a step off, and typing takes a while.
NEIGHBOURS: Final = 1
RECOVERY_CODES: Final = 10
# 50 random bits each.
RECOVERY_LETTERS: Final = 10
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_CONFUSED: Final = str.maketrans("OIL", "011")


def new_secret() -> str:
    """Return a fresh secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def address(secret: str, volunteer_number: str) -> str:
    """Return what the QR code for the authenticator app holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=volunteer_number, issuer_name=ISSUER)


def step_of(at: datetime) -> int:
    """Return the time step of 30 seconds in which `at` lies."""
    return (at - _EPOCH) // STEP


def matching_step(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """Return the step whose code this is, later than `last_step`, or None: wrong, or used before."""
    totp, typed = pyotp.TOTP(secret), code.replace(" ", "")
    now = step_of(at)
    found = None
    # All are compared, so that the time tells nothing.
    for step in range(now - NEIGHBOURS, now + NEIGHBOURS + 1):
        right = hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode())
        if right and step > last_step:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Return fresh recovery codes, each of ten letters that nobody confuses."""
    return [
        "".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LETTERS))
        for _ in range(RECOVERY_CODES)
    ]


def cleaned(code: str) -> str:
    """Return a recovery code as it was given out, however it was typed."""
    return "".join(code.split()).replace("-", "").upper().translate(_CONFUSED)
