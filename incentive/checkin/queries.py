"""The SQL of attendance and service records; a scan's own is in `scan_queries`."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Exists,
    Row,
    Select,
    Text,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import aliased

from incentive.activities.models import Activity, Shift
from incentive.checkin.models import Attendance, RecordDecision, ServiceRecord
from incentive.core.arrays import plain_array
from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.people.models import Person
from incentive.regions.models import Region

# A shift's 24 hours at most, and the half hour before it.
_ATTENDANCE_MAX: Final = timedelta(hours=25)


class UnsettledRecord(NamedTuple):
    """A verified record for which no points were paid yet; ids as text, which they travel as."""

    record_id: str
    person_id: str
    activity_id: str
    activity_kind: str
    region_id: str
    day: date
    minutes: int


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
            ServiceRecord.settled_at,
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
            other.check_in_at > begin - _ATTENDANCE_MAX,
            func.greatest(other.check_in_at, hours.starts_at) < end,
            func.least(other.check_out_at, hours.ends_at) > begin,
            begin < end,
            kept.status != "rejected",
        )
        .correlate(Attendance, ServiceRecord, Shift)
    )


def records_within(paths: Sequence[str], status: str) -> Select[*tuple[Any, ...]]:
    """Return the records in `status` of the regions at and below `paths`."""
    within = or_(*(Region.path.within(path) for path in paths)) if paths else text("false")
    return records().where(ServiceRecord.status == status, within)


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
    """Store a decision on a record that is still `expected` and not settled; say whether it was.

    What was decided before stays in `record_decisions`.
    """
    decided = session().scalar(
        update(ServiceRecord)
        .where(
            ServiceRecord.id == record_id,
            ServiceRecord.status == expected,
            ServiceRecord.settled_at.is_(None),
        )
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


def unsettled(at: datetime, limit: int) -> Sequence[UnsettledRecord]:
    """Lock and return verified records without award, the oldest first."""
    statement = (
        select(
            ServiceRecord.id.cast(Text).label("record_id"),
            ServiceRecord.person_id.cast(Text).label("person_id"),
            Activity.id.cast(Text).label("activity_id"),
            Activity.kind,
            Activity.region_id.cast(Text).label("region_id"),
            ServiceRecord.day,
            ServiceRecord.minutes,
        )
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(
            ServiceRecord.status == "verified",
            ServiceRecord.settled_at.is_(None),
            or_(ServiceRecord.settle_after.is_(None), ServiceRecord.settle_after <= at),
        )
        .order_by(ServiceRecord.id)
        .limit(limit)
        .with_for_update(of=ServiceRecord, skip_locked=True)
    )
    return [UnsettledRecord(*row) for row in session().execute(statement)]


def mark_settled(record_ids: Sequence[str], at: datetime) -> None:
    """Note when the records were paid."""
    session().execute(
        text(
            "UPDATE service_records SET settled_at = :at, settle_after = NULL"
            " WHERE id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": plain_array(record_ids), "at": at},
    )


def postpone(record_ids: Sequence[UUID], until: datetime) -> None:
    """Note when the records are to be tried again."""
    session().execute(
        update(ServiceRecord).where(ServiceRecord.id.in_(record_ids)).values(settle_after=until)
    )
