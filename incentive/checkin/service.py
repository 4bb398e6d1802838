"""Attendance and service records: what becomes of scans, who decides, what settlement takes over.

Everything runs in the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.activities import service as activities
from incentive.checkin import events, queries, times, unsettled_queries
from incentive.checkin.errors import (
    AlreadySettled,
    OwnRecord,
    Raced,
    ReasonMissing,
    UnknownAttendance,
    UnknownRecord,
)
from incentive.checkin.models import Attendance, ServiceRecord
from incentive.checkin.unsettled import Taken
from incentive.checkin.verdict import Verification, verification
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.people import acts, separation
from incentive.people.caller import Caller

REJECTED = "rejected"


def close_overdue(at: datetime, limit: int) -> int:
    """Close up to `limit` attendances whose shift is over at its end; return how many.

    Their records wait for a worker: nobody saw these people leave. Run twice, closes once.
    """
    overdue = queries.lock_overdue(at, limit)
    if overdue:
        ends = [max(row.check_in_at, row.ends_at) for row in overdue]
        queries.close_by_system([row.id for row in overdue], ends)
        queries.insert_records(
            [
                {
                    "id": new_id(),
                    "attendance_id": row.id,
                    "person_id": row.person_id,
                    "shift_id": row.shift_id,
                    "day": day_of(row.starts_at),
                    "minutes": times.minutes(row.check_in_at, end, row.starts_at, row.ends_at),
                    "status": Verification.PENDING.value,
                    "created_at": at,
                }
                for row, end in zip(overdue, ends, strict=True)
            ]
        )
    return len(overdue)


def confirm(attendance_id: UUID, by: Caller, at: datetime) -> Row[*tuple[Any, ...]]:
    """Let a steward vouch that the person is, or was, there; return the attendance.

    It stands in for the proof that the scans lack. A record is verified by it only if the
    person checked out: when somebody else left, a worker has to know. Twice is once.

    Raises:
        UnknownAttendance: there is none.
        OwnRecord, ForFamily: it is the steward's own, or one of their family's.
        OutOfScope: the steward does not run this shift.
        Raced: somebody else decided on the record meanwhile.
    """
    # The person first, as a scan does, then the attendance and its record: nobody who decides
    # at the same time misses what the other writes.
    if not queries.lock_person_of(attendance_id):
        raise UnknownAttendance
    queries.lock_attendance(attendance_id)
    known = queries.attendance(attendance_id)
    by.require("shift.override", region_path=known.region_path)
    separation.require_no_stake("attendance.confirm", by, known.person_id, OwnRecord)
    queries.confirm(attendance_id, by.person_id)
    stands = verification(
        check_in_proved=True, check_out_proved=True, closed_by_scan=known.closed_by == "scan"
    )
    if known.record_status == Verification.PENDING and stands is Verification.VERIFIED:
        _decide(known.record_id, known.record_status, stands.value, by, "", at)
    acts.record(
        by,
        "attendance.confirm",
        subject=f"attendance:{attendance_id}",
        before={"confirmed": known.confirmed},
        after={"confirmed": True},
    )
    return queries.attendance(attendance_id)


def verify(record_id: UUID, by: Caller, at: datetime, reason: str = "") -> Row[*tuple[Any, ...]]:
    """Have a worker vouch for a service record; return it. Twice is once.

    Raises:
        UnknownRecord, OwnRecord, ForFamily, OutOfScope: as they say.
        ReasonMissing: the record was rejected, and nothing says why that was wrong.
    """
    known = _record_to_decide(record_id, "record.verify", by)
    if known.status == REJECTED and not reason:
        raise ReasonMissing
    if known.status != Verification.VERIFIED:
        _decide(record_id, known.status, Verification.VERIFIED.value, by, reason, at)
    return queries.record(record_id)


def reject(record_id: UUID, by: Caller, reason: str, at: datetime) -> Row[*tuple[Any, ...]]:
    """Refuse a service record for a stated reason; return it. Twice is once, the first reason stays.

    Raises:
        UnknownRecord, OwnRecord, ForFamily, OutOfScope: as they say.
        AlreadySettled: points were paid; only a reversal takes them back.
    """
    known = _record_to_decide(record_id, "record.reject", by)
    if known.status == Verification.VERIFIED and not queries.lock_unsettled(record_id):
        raise AlreadySettled
    if known.status != REJECTED:
        _decide(record_id, known.status, REJECTED, by, reason, at)
    return queries.record(record_id)


def attendances(shift_id: UUID, by: Caller, *, cursor: str | None, limit: int) -> Page:
    """Return a page of who was or is at the shift, by check-in, for those who run it.

    Raises:
        UnknownShift, OutOfScope: as they say.
    """
    by.require("shift.run", region_path=activities.shift(shift_id).region_path)
    key = [Attendance.check_in_at, Attendance.id]
    rows = queries.attendances().where(Attendance.shift_id == shift_id)
    return page(rows, key, cursor=cursor, limit=limit, scalars=False)


def records_of(person_id: UUID, *, cursor: str | None, limit: int) -> Page:
    """Return a page of a person's service records, the newest first."""
    rows = queries.records().where(ServiceRecord.person_id == person_id)
    return page(
        rows, [ServiceRecord.id], cursor=cursor, limit=limit, newest_first=True, scalars=False
    )


def records_for(by: Caller, status: str, *, cursor: str | None, limit: int) -> Page:
    """Return a page of the records in `status` that `by` may decide on, the oldest first."""
    rows = queries.records_within(by.regions_for("record.verify"), status)
    return page(rows, [ServiceRecord.id], cursor=cursor, limit=limit, scalars=False)


def count_unsettled(most: int) -> int:
    """Return how many records are still to be settled, counting no further than `most`."""
    return unsettled_queries.count_unsettled(most)


def take_unsettled(lane: int, at: datetime, limit: int) -> Taken:
    """Take up to `limit` verified records of a lane, the oldest first: they are to be settled.

    An eighth more, if no others would be left then: so short a rest is not worth another time.
    With them comes of which of them anything could be found that looks invented, and whether more
    of the lane could be taken now. Whoever takes
    them settles them in this same transaction, or puts them back. Skipped: those that somebody
    else has taken or decides on, and those postponed until after `at`.
    """
    return unsettled_queries.take_unsettled(lane, at, limit)


def put_back(record_ids: Sequence[str], until: datetime) -> None:
    """Leave records that were taken to be settled later, from `until` on."""
    unsettled_queries.put_back(record_ids, until)


def postpone(record_ids: Sequence[UUID], until: datetime) -> None:
    """Have `take_unsettled` skip the records until `until`."""
    unsettled_queries.postpone(record_ids, until)


def _record_to_decide(record_id: UUID, act: str, by: Caller) -> Row[*tuple[Any, ...]]:
    known = queries.lock_record(record_id)
    if known is None:
        raise UnknownRecord
    by.require("record.verify", region_path=known.region_path)
    separation.require_no_stake(act, by, known.person_id, OwnRecord)
    return known


def _decide(
    record_id: UUID, expected: str, status: str, by: Caller, reason: str, at: datetime
) -> None:
    if not queries.decide(record_id, expected, status, by.person_id, reason, at):
        raise Raced
    acts.record(
        by,
        "record.reject" if status == REJECTED else "record.verify",
        subject=f"service_record:{record_id}",
        before={"status": expected},
        after={"status": status},
        reason=reason,
    )
    if status == Verification.VERIFIED:
        events.verified([record_id])
