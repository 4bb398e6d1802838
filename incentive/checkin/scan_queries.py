"""The SQL on a scan's way: two calls on the driver itself (`wire`), and no objects in between."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from incentive.checkin.errors import Raced
from incentive.checkin.wire import Wire

# Something was written twice, or has changed since it was looked at (record_scan says so).
_RACED: Final = frozenset({"23505", "CI001"})
_FACTS: Final = (
    "SELECT * FROM scan_facts(%(token)s, %(received_at)s, %(nonce)s, %(number)s,"
    " %(shift_number)s, %(shift_id)s, %(roles)s, %(shown_since)s, %(at)s,"
    " %(guarded)s)"
)
_RECORD: Final = (
    "SELECT record_scan(%(nonce)s, %(hash)s, %(actor_id)s, %(rule)s, %(scanned_at)s,"
    " %(received_at)s, %(answer)s, %(outcome)s, %(attendance_id)s, %(shift_id)s, %(person_id)s,"
    " %(at)s, %(proved)s, %(doubted)s, %(walk_in)s, %(record_id)s, %(day)s, %(minutes)s, %(verified)s,"
    " %(recorder_id)s, %(elsewhere_id)s, %(elsewhere_out)s, %(elsewhere_record_id)s,"
    " %(elsewhere_day)s, %(elsewhere_minutes)s)"
)
NOTHING_CLOSED: Final[Mapping[str, Any]] = dict.fromkeys(
    (
        "record_id",
        "day",
        "minutes",
        "verified",
        "recorder_id",
        "elsewhere_id",
        "elsewhere_out",
        "elsewhere_record_id",
        "elsewhere_day",
        "elsewhere_minutes",
    )
)


class Known(NamedTuple):
    """What the books know of a scan's case: the columns of `scan_facts`, in their order."""

    actor_id: UUID
    person_id: UUID | None
    volunteer_number: str | None
    person_status: str | None
    card_serial: int | None
    shift_id: UUID | None
    shift_title: str | None
    shift_status: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    walk_ins: bool | None
    latitude: float | None
    longitude: float | None
    radius_m: int | None
    print_serial: int | None
    runs_shift: bool | None
    shown_by_another: bool | None
    shown_by_self: bool | None
    sign_up_status: str | None
    here_id: UUID | None
    here_in: datetime | None
    here_out: datetime | None
    here_closed_by: str | None
    here_in_proved: bool | None
    here_record_id: UUID | None
    here_record_status: str | None
    is_elsewhere: bool | None
    elsewhere_id: UUID | None
    elsewhere_in: datetime | None
    elsewhere_starts_at: datetime | None
    elsewhere_ends_at: datetime | None
    earlier_actor_id: UUID | None
    earlier_hash: bytes | None
    earlier_answer: str | None
    is_limited: bool | None
    withdrew_at: datetime | None


def facts(wire: Wire, wanted: Mapping[str, Any]) -> Known | None:
    """Lock the person and return all that decides the scan; `None`: nobody is signed in."""
    row = wire.ask(_FACTS, wanted)
    return None if row is None else Known._make(row)


def record(wire: Wire, scan: Mapping[str, Any]) -> None:
    """Write an accepted scan, and commit.

    Raises:
        Raced: it was written meanwhile, or what decided it has changed; decide anew.
    """
    try:
        wire.order(_RECORD, scan)
    except psycopg.Error as error:
        if error.sqlstate in _RACED:
            raise Raced from None
        raise
