"""The facts that decide a scan: small enumerations, so that a table can list them all."""

from dataclasses import dataclass
from enum import StrEnum

from incentive.core.codes import Validity


class ShiftState(StrEnum):
    """Whether the shift that the code names takes place; `unknown`: there is no such shift."""

    OPEN = "open"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class SignUp(StrEnum):
    """The person's sign-up for the shift; `cancelled` by the organiser, `withdrawn` by them."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    NONE = "none"


class Timing(StrEnum):
    """Where the scan lies to the shift's hours; `times.timing` says."""

    BEFORE = "before"
    EARLY = "early"
    DURING = "during"
    LATE_GRACE = "late_grace"
    AFTER = "after"


class Clock(StrEnum):
    """How the device's time lies to when the scan was received; `times.clock` says.

    `slow`: the code that it read is of the time of reception, and not of the device's.
    """

    OK = "ok"
    AHEAD = "ahead"
    SLOW = "slow"
    OFFLINE = "offline"
    STALE = "stale"


class Presence(StrEnum):
    """What shows that the person was there.

    `proved`: a rotating code, or a printed one within the shift's place; `steward`:
    a steward scanned the card or stood by; `unproved`: a printed code and nothing else,
    or a rotating code of minutes ago, or the rotating code or own card of somebody who
    could show or scan it themselves.
    """

    PROVED = "proved"
    STEWARD = "steward"
    UNPROVED = "unproved"


class AttendanceState(StrEnum):
    """The person's attendance so far; `open_elsewhere` counts only without one here.

    `closed_by_system`: closed here at the shift's end for want of a check-out, and
    nobody has decided its service record yet; once decided it is `closed_here`.
    """

    NONE = "none"
    OPEN_HERE = "open_here"
    OPEN_ELSEWHERE = "open_elsewhere"
    CLOSED_HERE = "closed_here"
    CLOSED_BY_SYSTEM = "closed_by_system"


class Gap(StrEnum):
    """How the scan lies to the last one of that attendance; `times.gap` says."""

    OK = "ok"
    ACCIDENTAL = "accidental"
    EARLIER = "earlier"


class Scanner(StrEnum):
    """Who scanned: the person, a steward of the shift, or someone with no role over it."""

    SELF = "self"
    STEWARD = "steward"
    NONE_IN_SCOPE = "none_in_scope"


class PersonState(StrEnum):
    """The person's standing; `unknown`: nobody has this card. A `minor` is active, and under 18."""

    ACTIVE = "active"
    MINOR = "minor"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a verdict looks at. A fact that cannot be known yet stays at its default.

    `overlaps`: the time from the check-in to this scan, as far as it is within the shift,
    lies partly within a closed attendance of the person elsewhere.
    """

    code: Validity = Validity.VALID
    shift: ShiftState = ShiftState.OPEN
    sign_up: SignUp = SignUp.CONFIRMED
    walk_ins: bool = False
    timing: Timing = Timing.DURING
    clock: Clock = Clock.OK
    presence: Presence = Presence.PROVED
    attendance: AttendanceState = AttendanceState.NONE
    gap: Gap = Gap.OK
    overlaps: bool = False
    scanner: Scanner = Scanner.SELF
    person: PersonState = PersonState.ACTIVE
