"""The SQL of attendance and service records.

A scan's own is in `scan_queries`, what settlement takes over in `unsettled_queries`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Exists,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import aliased

from incentive.activities.models import Activity, Shift
from incentive.checkin.models import (
    LANES,
    Attendance,
    RecordDecision,
    ServiceRecord,
    UnsettledRecord,
)
from incentive.checkin.unsettled import ATTENDANCE_MAX
from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.people import reach
from incentive.people.models import Person
from incentive.regions.models import Region


def lock_overdue(at: datetime, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Lock and return open attendances whose shift ended before `at`, the oldest first."""
    statement = (
        select(
            Attendance.id,
            Attendance.person_id,
            Attendance.shift_id,
            Attendance.check_in_at,
            Shift.starts_at,
            Shift.ends_at,
        )
        .join(Shift, Shift.id == Attendance.shift_id)
        .where(Attendance.check_out_at.is_(None), Shift.ends_at < at)
        .order_by(Shift.ends_at, Attendance.id)
        .limit(limit)
        .with_for_update(of=Attendance, skip_locked=True, key_share=True)
    )
    return session().execute(statement).all()


def close_by_system(attendance_ids: Sequence[UUID], ends: Sequence[datetime]) -> None:
    """Close each attendance at its end, marked as the system's doing."""
    session().execute(
        text(
            "UPDATE attendances a SET check_out_at = e.at, closed_by = 'system',"
            " check_out_proved = false"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:ends AS timestamptz[])) AS e (id, at)"
            " WHERE a.id = e.id"
        ),
        {"ids": list(attendance_ids), "ends": list(ends)},
    )


def insert_records(records: list[dict[str, Any]]) -> None:
    """Store new service records."""
    session().execute(insert(ServiceRecord), records)


def lock_person_of(attendance_id: UUID) -> bool:
    """Lock the person of an attendance as a scan does; return whether there is one."""
    statement = (
        select(Person.id)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.id == attendance_id)
        .with_for_update(of=Person, key_share=True)
    )
    return session().scalar(statement) is not None


def lock_attendance(attendance_id: UUID) -> None:
    """Lock an attendance and then its record, if there is one."""
    for rows in (
        select(Attendance.id).where(Attendance.id == attendance_id),
        select(ServiceRecord.id).where(ServiceRecord.attendance_id == attendance_id),
    ):
        session().execute(rows.with_for_update(key_share=True)).all()


def attendances() -> Select[*tuple[Any, ...]]:
    """Return attendances with whose they are and what record they made."""
    return (
        select(
            Attendance.id,
            Attendance.person_id,
            Attendance.shift_id,
            Attendance.check_in_at,
            Attendance.check_out_at,
            Attendance.closed_by,
            Attendance.walk_in,
            Attendance.check_in_proved,
            Attendance.check_out_proved,
            Attendance.confirmed_by.is_not(None).label("confirmed"),
            Person.volunteer_number,
            ServiceRecord.id.label("record_id"),
            ServiceRecord.minutes,
            ServiceRecord.status.label("record_status"),
        )
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(ServiceRecord, ServiceRecord.attendance_id == Attendance.id)
    )


def attendance(attendance_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return one attendance that there is, with its region's path."""
    statement = (
        attendances()
        .add_columns(Region.path.label("region_path"))
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Region, Region.id == Activity.region_id)
        .where(Attendance.id == attendance_id)
    )
    return session().execute(statement).one()


def confirm(attendance_id: UUID, by: UUID) -> None:
    """Note that `by` vouched for both ends, as far as there are two."""
    session().execute(
        update(Attendance)
        .where(Attendance.id == attendance_id)
        .values(
            confirmed_by=func.coalesce(Attendance.confirmed_by, by),
            check_in_proved=True,
            check_out_proved=case((Attendance.check_out_at.is_not(None), True)),
        )
    )


def records() -> Select[*tuple[Any, ...]]:
    """Return service records with all that a reader needs to judge them."""
    return (
        select(
            ServiceRecord.id,
            ServiceRecord.attendance_id,
            ServiceRecord.person_id,
            ServiceRecord.day,
            ServiceRecord.minutes,
            ServiceRecord.status,
            ServiceRecord.reason,
            ServiceRecord.decided_at,
            and_(
                ServiceRecord.status == "verified", ~exists().where(is_unsettled(ServiceRecord.id))
            ).label("settled"),
            Person.volunteer_number,
            Attendance.check_in_at,
            Attendance.check_out_at,
            Attendance.closed_by,
            Attendance.walk_in,
            Attendance.check_in_proved,
            Attendance.check_out_proved,
            Shift.id.label("shift_id"),
            Shift.title.label("shift_title"),
            Shift.place,
            Shift.starts_at,
            Shift.ends_at,
            Activity.id.label("activity_id"),
            Activity.title.label("activity_title"),
            Activity.kind.label("activity_kind"),
            Region.path.label("region_path"),
            _overlaps().label("overlaps"),
        )
        .join(Person, Person.id == ServiceRecord.person_id)
        .join(Attendance, Attendance.id == ServiceRecord.attendance_id)
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Region, Region.id == Activity.region_id)
    )


def is_unsettled(record_id: Any) -> ColumnElement[bool]:
    """Say which of the records to be settled is this one: a probe of the key for each lane."""
    return and_(UnsettledRecord.lane.in_(LANES), UnsettledRecord.record_id == record_id)


def _overlaps() -> Exists:
    """Say whether another attendance, not rejected, holds some of a record's minutes."""
    other, hours, kept = aliased(Attendance), aliased(Shift), aliased(ServiceRecord)
    begin = func.greatest(Attendance.check_in_at, Shift.starts_at)
    end = func.least(Attendance.check_out_at, Shift.ends_at)
    return exists(
        select(other.id)
        .join(hours, hours.id == other.shift_id)
        .join(kept, kept.attendance_id == other.id)
        .where(
            other.person_id == ServiceRecord.person_id,
            other.id != ServiceRecord.attendance_id,
            other.check_in_at > begin - ATTENDANCE_MAX,
            func.greatest(other.check_in_at, hours.starts_at) < end,
            func.least(other.check_out_at, hours.ends_at) > begin,
            begin < end,
            kept.status != "rejected",
        )
        .correlate(Attendance, ServiceRecord, Shift)
    )


def records_within(paths: Sequence[str], status: str) -> Select[*tuple[Any, ...]]:
    """Return the records in `status` of the regions at and below `paths`."""
    theirs = reach.within(Region.path, paths)
    return records().where(ServiceRecord.status == status, theirs)


def record(record_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return one service record that there is."""
    return session().execute(records().where(ServiceRecord.id == record_id)).one()


def lock_record(record_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Lock a service record and return it, if there is one."""
    statement = records().where(ServiceRecord.id == record_id)
    return session().execute(statement.with_for_update(of=ServiceRecord)).one_or_none()


def decide(
    record_id: UUID, expected: str, status: str, by: UUID, reason: str, at: datetime
) -> bool:
    """Store a decision on a record that is still `expected`; say whether it was.

    What was decided before stays in `record_decisions`.
    """
    decided = session().scalar(
        update(ServiceRecord)
        .where(ServiceRecord.id == record_id, ServiceRecord.status == expected)
        .values(status=status, decided_by=by, decided_at=at, reason=reason)
        .returning(ServiceRecord.id)
    )
    if decided is None:
        return False
    decision = {"record_id": record_id, "status": status, "reason": reason}
    session().execute(
        insert(RecordDecision).values(id=new_id(), decided_by=by, decided_at=at, **decision)
    )
    return True


def lock_unsettled(record_id: UUID) -> bool:
    """Keep a record from being settled until the end; return False if it is settled, or not to be."""
    waiting = select(UnsettledRecord.lane).where(is_unsettled(record_id)).with_for_update()
    return session().scalar(waiting) is not None
