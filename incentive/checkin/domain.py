"""Pure decisions around a scan: what its code says, the facts of the case, what is to be written."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from incentive.checkin import times
from incentive.checkin.facts import (
    AttendanceState,
    Clock,
    Facts,
    Gap,
    PersonState,
    Presence,
    Scanner,
    ShiftState,
    SignUp,
    Timing,
)
from incentive.core.codes import (
    CodeError,
    CodeKeys,
    MemberCard,
    PrintedCode,
    RotatingCode,
    Validity,
    is_volunteer_number,
    parse,
    verify_card,
    verify_printed,
    verify_rotating,
)

# A screen asks for a new code at least every 30 s; three of them missed, and nobody shows it.
SHOWN_FOR: Final = timedelta(seconds=90)
# What a slow network may take before a code that has just been read is an old one.
ON_ITS_WAY_MAX: Final = timedelta(seconds=30)
EARTH_RADIUS_M: Final = 6_371_000
TYPED_LENGTH_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """A scan as it came in: by the person (a shift's code), or by a steward (card or number)."""

    nonce: UUID
    scanned_at: datetime
    code: str | None = None
    shift_id: UUID | None = None
    volunteer_number: str | None = None
    place: tuple[float, float] | None = None

    def content(self) -> str:
        """Return what makes two scans of one nonce the same; never the place, not even hashed."""
        return "\n".join(
            (
                self.scanned_at.isoformat(),
                self.code or "",
                str(self.shift_id or ""),
                self.volunteer_number or "",
            )
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What the code says by itself, before the books are asked.

    A rotating code that came on line is a clock as well. `is_old`: it fits only the time
    that the device claims, so it may be a photo. `is_slow`: it fits only the time of
    reception, so the device's clock is behind.
    """

    validity: Validity
    code: RotatingCode | PrintedCode | MemberCard | None = None
    number: str | None = None
    shift_number: int | None = None
    is_old: bool = False
    is_slow: bool = False


def read(
    request: ScanRequest, keys: CodeKeys, clock: Clock, at: datetime, received_at: datetime
) -> Reading:
    """Return what `request` shows: a shift's code, a member card, or a number typed by a steward."""
    number = typed_number(request.volunteer_number or request.code or "")
    if number is not None:
        return Reading(Validity.VALID, number=number)
    try:
        code = parse(request.code or "")
    except CodeError as error:
        return Reading(error.reason)
    match code:
        case MemberCard():
            public_key = keys.card_public_key
            return Reading(
                verify_card(code, public_key, keys.jurisdiction), code, code.volunteer_number
            )
        case RotatingCode():
            return _rotating(code, keys, clock, at, received_at)
        case PrintedCode():
            return Reading(Validity.VALID, code, shift_number=code.shift_number)
        case _:
            return Reading(Validity.UNKNOWN)


def _rotating(
    code: RotatingCode, keys: CodeKeys, clock: Clock, at: datetime, received_at: datetime
) -> Reading:
    if clock in {Clock.OFFLINE, Clock.STALE}:
        # What was made without network must fit the device's time alone.
        return Reading(verify_rotating(keys, code, at), code, shift_number=code.shift_number)
    sent_at = received_at - ON_ITS_WAY_MAX
    if verify_rotating(keys, code, sent_at, received_at) is not Validity.VALID:
        validity = verify_rotating(keys, code, at, received_at)
        return Reading(validity, code, shift_number=code.shift_number, is_old=True)
    slow = at < sent_at and verify_rotating(keys, code, at) is not Validity.VALID
    return Reading(Validity.VALID, code, shift_number=code.shift_number, is_slow=slow)


def typed_number(text: str) -> str | None:
    """Return the volunteer number that somebody typed, blanks and hyphens as they like."""
    if len(text) > TYPED_LENGTH_MAX:
        return None
    digits = text.replace("-", "").replace(" ", "")
    return digits if is_volunteer_number(digits) else None


def facts_of(
    known: Any,
    request: ScanRequest,
    reading: Reading,
    keys: CodeKeys,
    *,
    clock: Clock,
    at: datetime,
) -> Facts:
    """Return the facts that decide the scan, from the books' row `known` (`scan_facts` in SQL)."""
    validity = reading.validity
    if validity is Validity.VALID and isinstance(reading.code, PrintedCode):
        validity = verify_printed(keys, reading.code, known.print_serial or 0)
    here = _state_here(known)
    last_at = known.elsewhere_in if known.here_id is None else _last_at(known, here)
    there = known.shift_id is not None
    return Facts(
        code=validity,
        shift=ShiftState(known.shift_status) if there else ShiftState.UNKNOWN,
        sign_up=SignUp(known.sign_up_status or SignUp.NONE),
        walk_ins=bool(known.walk_ins),
        timing=times.timing(at, known.starts_at, known.ends_at) if there else Timing.DURING,
        clock=clock,
        presence=_presence(known, request, reading),
        attendance=here,
        gap=Gap.OK if last_at is None else times.gap(last_at, at),
        overlaps=bool(known.is_elsewhere),
        scanner=_scanner(known, reading),
        person=_person(known, reading),
    )


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two (latitude, longitude) in degrees along the Earth's surface."""
    (south, west), (north, east) = (map(math.radians, place) for place in (one, other))
    half = (
        math.sin((north - south) / 2) ** 2
        + math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


def is_witnessed(known: Any, reading: Reading) -> bool:
    """Say whether somebody else scanned the card, or was showing the rotating code."""
    if reading.number is not None:
        return bool(known.actor_id != known.person_id)
    return isinstance(reading.code, RotatingCode) and bool(known.shown_by_another)


def end_elsewhere(known: Any, at: datetime) -> datetime:
    """Return when the attendance elsewhere ended: now, but within its shift and not before it began."""
    end: datetime = max(known.elsewhere_in, min(at, known.elsewhere_ends_at))
    return end


def _state_here(known: Any) -> AttendanceState:
    if known.here_id is None:
        return (
            AttendanceState.NONE if known.elsewhere_id is None else AttendanceState.OPEN_ELSEWHERE
        )
    if known.here_out is None:
        return AttendanceState.OPEN_HERE
    if known.here_closed_by == "system" and known.here_record_status == "pending":
        return AttendanceState.CLOSED_BY_SYSTEM
    return AttendanceState.CLOSED_HERE


def _last_at(known: Any, here: AttendanceState) -> datetime:
    last: datetime = known.here_out if here is AttendanceState.CLOSED_HERE else known.here_in
    return last


def _presence(known: Any, request: ScanRequest, reading: Reading) -> Presence:
    if reading.number is not None:
        return Presence.STEWARD if known.actor_id != known.person_id else Presence.UNPROVED
    if isinstance(reading.code, RotatingCode):
        # Whoever may show the code could do it at home, and scan it there.
        themself = known.runs_shift or known.shown_by_self
        return Presence.UNPROVED if themself or reading.is_old else Presence.PROVED
    if request.place is None or known.radius_m is None:
        return Presence.UNPROVED
    distance = metres_between(request.place, (known.latitude, known.longitude))
    return Presence.PROVED if distance <= known.radius_m else Presence.UNPROVED


def _scanner(known: Any, reading: Reading) -> Scanner:
    if reading.number is None:
        return Scanner.SELF
    return Scanner.STEWARD if known.runs_shift else Scanner.NONE_IN_SCOPE


def _person(known: Any, reading: Reading) -> PersonState:
    if known.person_id is None:
        return PersonState.UNKNOWN
    if isinstance(reading.code, MemberCard) and reading.code.serial != known.card_serial:
        return PersonState.UNKNOWN
    # Of who is erased nothing is told, not even that they were.
    return (
        PersonState.UNKNOWN if known.person_status == "erased" else PersonState(known.person_status)
    )


def answer(
    known: Any, request: ScanRequest, verdict: str, flags: list[str], attendance: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the scanner is told: about the shift and the scan, and of the person the number."""
    return {
        "nonce": str(request.nonce),
        "verdict": verdict,
        "flags": flags,
        "volunteer_number": known.volunteer_number,
        "shift": {
            "id": str(known.shift_id),
            "title": known.shift_title,
            "starts_at": known.starts_at.isoformat(),
            "ends_at": known.ends_at.isoformat(),
        },
        **attendance,
    }
