"""How an auditor opens a service record: what was served, every scan, every decision."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, literal, select, union_all
from sqlalchemy.orm import aliased

from incentive.checkin import queries
from incentive.checkin.models import RecordDecision, Scan, ServiceRecord
from incentive.core.db import session
from incentive.core.i18n import Text, _
from incentive.ledger.sources import Source, opens
from incentive.people.models import Person

_SAID: Final[dict[str, Text]] = {
    "verified": _("verified by %(number)s"),
    "rejected": _("rejected by %(number)s: %(reason)s"),
}


@opens("service_record")
def open_record(key: str) -> Source | None:
    """Return the service record `key`."""
    record_id = UUID(key)
    row = session().execute(queries.records().where(ServiceRecord.id == record_id)).one_or_none()
    if row is None:
        return None
    return Source(
        _("Service record"),
        (
            (_("Volunteer number"), row.volunteer_number),
            (_("Activity"), row.activity_title),
            (_("Shift"), row.shift_title),
            (_("Checked in"), row.check_in_at),
            (_("Checked out"), row.check_out_at),
            (_("Minutes"), row.minutes),
            (_("Status"), row.status),
        ),
        [(each.at, _words(each)) for each in _happened(row.attendance_id, record_id)],
    )


def _happened(attendance_id: UUID, record_id: UUID) -> list[Row[*tuple[Any, ...]]]:
    """Return the attendance's scans and the record's decisions, oldest first, in one query."""
    by = aliased(Person)
    scans = (
        select(Scan.scanned_at.label("at"), Scan.verdict.label("what"), by.volunteer_number)
        .add_columns(literal("").label("reason"))
        .join(by, by.id == Scan.actor_id)
        .where(Scan.attendance_id == attendance_id)
    )
    decisions = (
        select(RecordDecision.decided_at, RecordDecision.status, by.volunteer_number)
        .add_columns(RecordDecision.reason)
        .join(by, by.id == RecordDecision.decided_by)
        .where(RecordDecision.record_id == record_id)
    )
    found = union_all(scans, decisions).subquery()
    return list(session().execute(select(found).order_by(found.c.at)).all())


def _words(row: Row[*tuple[Any, ...]]) -> Text:
    if row.what in _SAID:
        said = _SAID[row.what].message
        return Text(said, number=row.volunteer_number, reason=row.reason)
    return _("Scanned by %(number)s: %(rule)s", number=row.volunteer_number, rule=row.what)
