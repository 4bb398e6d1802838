"""The shift code on a screen: a new one every 30 seconds, so a photo of it soon dies."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

from incentive.core.codes.alphabet import decode_number
from incentive.core.codes.keys import CodeKeys, jurisdiction_letter
from incentive.core.codes.shifts import HEAD_WIDTH, head, mac, matches
from incentive.core.codes.validity import Validity

STEP_SECONDS = 30
MAC_WIDTH = 6
# A screen and a phone may be a step apart, and typing takes a while.
NEIGHBOURS = 1
# How far back an expired code is told from a forged one: an hour. This many MACs
# are made only for a code that fails.
EXPIRED_STEPS = 120


@dataclass(frozen=True, slots=True)
class RotatingCode:
    """A rotating code as read; believe it only when `verify_rotating` says valid."""

    kind: ClassVar[str] = "R"
    width: ClassVar[int] = HEAD_WIDTH + MAC_WIDTH

    text: str
    shift_number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read cleaned `text` of the right width and alphabet."""
        return cls(text, decode_number(text[2:HEAD_WIDTH]))


def rotating_code(keys: CodeKeys, shift_number: int, at: datetime) -> RotatingCode:
    """Return the code that the shift's screen shows at `at` (aware).

    Raises:
        ValueError: the shift's number is too large for a code.
    """
    start = head(RotatingCode.kind, keys, shift_number)
    text = start + mac(keys, RotatingCode.kind, shift_number, _step(at), MAC_WIDTH)
    return RotatingCode(text, shift_number)


def next_rotation(at: datetime) -> datetime:
    """Return the instant, in UTC, at which the code shown at `at` gives way to the next."""
    return datetime.fromtimestamp((_step(at) + 1) * STEP_SECONDS, UTC)


def verify_rotating(
    keys: CodeKeys, code: RotatingCode, at: datetime, received_at: datetime | None = None
) -> Validity:
    """Return `valid`, `expired`, `foreign` or `forged` for a scan at `at` (aware).

    A code is valid from one step before its own to one step after it. For a scan that
    came over the network, pass when it was received too: the code may then fit either
    time, so that neither a phone that is minutes slow nor a retried upload is refused.
    """
    if code.text[1] != jurisdiction_letter(keys.jurisdiction):
        return Validity.FOREIGN
    given = code.text[HEAD_WIDTH:]
    steps = {_step(moment) for moment in (at, received_at) if moment is not None}
    now = [step + by for step in steps for by in range(-NEIGHBOURS, NEIGHBOURS + 1)]
    if matches(keys, code.kind, code.shift_number, given, now):
        return Validity.VALID
    latest = max(steps) - NEIGHBOURS
    earlier = range(latest - EXPIRED_STEPS, latest)
    if matches(keys, code.kind, code.shift_number, given, earlier):
        return Validity.EXPIRED
    return Validity.FORGED


def _step(at: datetime) -> int:
    if at.utcoffset() is None:
        raise ValueError("a code's time must be aware of its zone")
    return (at - datetime.fromtimestamp(0, UTC)) // timedelta(seconds=STEP_SECONDS)
