"""Pure decisions about shifts and sign-ups."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

HOURS_MAX: Final = timedelta(hours=24)
QUOTA_MAX: Final = 100_000
RADIUS_M: Final = (10, 5_000)


class SignUpStatus(StrEnum):
    """Where a sign-up stands; `withdrawn` by the person, `cancelled` by the organiser."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


def times_hold(starts_at: datetime, ends_at: datetime, at: datetime) -> bool:
    """Say whether a shift announced at `at` may have these hours."""
    return at < ends_at and starts_at < ends_at <= starts_at + HOURS_MAX


def on_one_branch(path: str, other: str) -> bool:
    """Say whether one of two places in the tree is the other, or contains it."""
    return f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.")


def place_for(confirmed: int, quota: int) -> SignUpStatus:
    """Return what a sign-up becomes when `confirmed` of `quota` places are taken."""
    return SignUpStatus.CONFIRMED if confirmed < quota else SignUpStatus.WAITING
