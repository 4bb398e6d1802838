"""The use case that the doors wait for: one scan, decided and written in two round trips."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from incentive.checkin import scan_queries, times
from incentive.checkin.domain import (
    SHOWN_FOR,
    Reading,
    ScanRequest,
    answer,
    end_elsewhere,
    facts_of,
    is_witnessed,
    read,
)
from incentive.checkin.errors import NonceReused, ShiftMissing, ShiftSuperfluous, refused
from incentive.checkin.facts import Clock
from incentive.checkin.verdict import (
    Flag,
    Outcome,
    Verdict,
    Verification,
    is_doubted,
    is_proved,
    verdict,
    verification,
)
from incentive.checkin.wire import Wire
from incentive.core.idempotency import request_hash
from incentive.core.ids import new_id
from incentive.core.keys import code_keys
from incentive.core.zone import day_of
from incentive.people.caller import guarded_roles, token_hash
from incentive.people.consents.errors import ConsentWithdrawn
from incentive.people.errors import NotSignedIn, OutOfScope
from incentive.people.permissions import PERMISSIONS

_ROLES: Final = sorted(PERMISSIONS["shift.scan"])


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """The answer as JSON text; a retry gets the very same one. `verified`: the record, if new."""

    text: str
    replayed: bool = False
    verified: UUID | None = None


def scan(wire: Wire, token: str | None, request: ScanRequest, received_at: datetime) -> ScanAnswer:
    """Check the person in or out, once per nonce, and say what was done.

    Raises:
        NotSignedIn: `token` opens no session.
        ConsentWithdrawn: whoever scans withdrew the privacy consent before.
        OutOfScope: it is a device's or a program's, and was not given this.
        Refused: the verdict is no; its code says why.
        NonceReused: the nonce came before with another scan.
        Raced: something changed meanwhile; a second try decides anew.
    """
    if token is None:
        raise NotSignedIn
    clock = times.clock(request.scanned_at, received_at)
    at = times.scan_time(request.scanned_at, received_at)
    keys = code_keys()
    reading = read(request, keys, clock, at, received_at)
    if reading.is_slow:
        clock, at = Clock.SLOW, received_at
    _require_shift(request, reading)
    known = scan_queries.facts(
        wire,
        {
            "token": token_hash(token),
            "received_at": received_at,
            "nonce": request.nonce,
            "number": reading.number,
            "shift_number": reading.shift_number,
            "shift_id": request.shift_id,
            "roles": _ROLES,
            "shown_since": received_at - SHOWN_FOR,
            "at": at,
            "guarded": guarded_roles(),
        },
    )
    if known is None:
        raise NotSignedIn
    if known.is_limited:
        raise OutOfScope("shift.scan")
    content = request_hash(request.content().encode())
    if known.earlier_answer is not None:
        if (known.earlier_actor_id, known.earlier_hash) != (known.actor_id, content):
            raise NonceReused
        return ScanAnswer(known.earlier_answer, replayed=True)
    if known.withdrew_at is not None and known.withdrew_at < at:
        raise ConsentWithdrawn  # what was scanned before is taken, however late it comes
    decision = verdict(facts_of(known, request, reading, keys, clock=clock, at=at))
    if decision.reason is not None:
        raise refused(decision.reason)
    return _write(wire, known, request, reading, decision, content, at, received_at)


def _require_shift(request: ScanRequest, reading: Reading) -> None:
    if reading.number is not None and request.shift_id is None:
        raise ShiftMissing
    if reading.shift_number is not None and request.shift_id is not None:
        raise ShiftSuperfluous


def _write(
    wire: Wire,
    known: Any,
    request: ScanRequest,
    reading: Reading,
    decision: Verdict,
    content: bytes,
    at: datetime,
    received_at: datetime,
) -> ScanAnswer:
    proved = is_proved(decision, witnessed=is_witnessed(known, reading))
    row = dict(scan_queries.NOTHING_CLOSED)
    check_in_at, check_out_at, record = known.here_in, known.here_out, None
    if decision.outcome is Outcome.CHECK_IN:
        check_in_at = at
        if Flag.CLOSES_ELSEWHERE in decision.flags:
            row |= _elsewhere(known, at)
    elif decision.outcome is Outcome.CHECK_OUT:
        check_out_at = max(at, known.here_in)
        row |= _closing(known, check_out_at, proved=proved)
        status = Verification.VERIFIED if row["verified"] else Verification.PENDING
        record = {"id": str(row["record_id"]), "minutes": row["minutes"], "status": status}
    if reading.number is not None:
        row["recorder_id"] = known.actor_id
    attendance_id = known.here_id or new_id()
    told = answer(
        known,
        request,
        decision.outcome,
        sorted(decision.flags),
        {
            "attendance_id": str(attendance_id),
            "check_in_at": check_in_at.isoformat(),
            "check_out_at": check_out_at and check_out_at.isoformat(),
            "service_record": record,
        },
    )
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    scan_queries.record(
        wire,
        row
        | {
            "nonce": request.nonce,
            "hash": content,
            "actor_id": known.actor_id,
            "rule": decision.rule,
            "scanned_at": request.scanned_at,
            "received_at": received_at,
            "answer": text,
            "outcome": decision.outcome.value,
            "attendance_id": attendance_id,
            "shift_id": known.shift_id,
            "person_id": known.person_id,
            "at": check_out_at if decision.outcome is Outcome.CHECK_OUT else at,
            "proved": proved,
            "doubted": is_doubted(decision),
            "walk_in": Flag.WALK_IN in decision.flags,
        },
    )
    return ScanAnswer(text, verified=row["record_id"] if row["verified"] else None)


def _elsewhere(known: Any, at: datetime) -> dict[str, Any]:
    end = end_elsewhere(known, at)
    hours = known.elsewhere_starts_at, known.elsewhere_ends_at
    return {
        "elsewhere_id": known.elsewhere_id,
        "elsewhere_out": end,
        "elsewhere_record_id": new_id(),
        "elsewhere_day": day_of(known.elsewhere_starts_at),
        "elsewhere_minutes": times.minutes(known.elsewhere_in, end, *hours),
    }


def _closing(known: Any, check_out_at: datetime, *, proved: bool) -> dict[str, Any]:
    status = verification(
        check_in_proved=known.here_in_proved, check_out_proved=proved, closed_by_scan=True
    )
    return {
        "record_id": known.here_record_id or new_id(),
        "day": day_of(known.starts_at),
        "minutes": times.minutes(known.here_in, check_out_at, known.starts_at, known.ends_at),
        "verified": status is Verification.VERIFIED,
    }
