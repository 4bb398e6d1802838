"""What check-in holds about a person."""

from datetime import datetime
from uuid import UUID

from incentive.checkin import holding_queries as queries
from incentive.checkin.errors import RecordsOpen, StillThere
from incentive.checkin.models import Attendance, CodeRun, RecordDecision, Scan, ServiceRecord
from incentive.core.errors import IncentiveError
from incentive.core.i18n import _
from incentive.people.erasing.hindering import hinders
from incentive.people.held import DELETED, EVIDENCE, office, own

own(
    "service",
    _("Attendance"),
    Attendance,
    "person_id",
    EVIDENCE,
    "shift_id check_in_at check_out_at closed_by walk_in",
)
own(
    "service",
    _("Service records"),
    ServiceRecord,
    "person_id",
    EVIDENCE,
    "day minutes status decided_at reason created_at",
)
own("service", _("Scans made"), Scan, "actor_id", EVIDENCE, "scanned_at received_at verdict")
own("service", _("Codes shown"), CodeRun, "person_id", DELETED, "shift_id seen_at")
office("office", _("Attendances confirmed"), Attendance, "confirmed_by", "check_in_at")
office("office", _("Service recorded"), ServiceRecord, "recorder_id decided_by", "day status")
office("office", _("Service decided on"), RecordDecision, "decided_by", "decided_at status")


@hinders
def _present(person_id: UUID, _at: datetime) -> IncentiveError | None:
    return StillThere() if queries.is_present(person_id) else None


@hinders(waits=True)
def _records(person_id: UUID, _at: datetime) -> IncentiveError | None:
    count = queries.count_open_of(person_id)
    return RecordsOpen(count) if count else None
