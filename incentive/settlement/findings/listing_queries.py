"""SQL of the list of findings."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from incentive.activities.models import Activity, Shift
from incentive.checkin.models import ServiceRecord
from incentive.core.db import session
from incentive.people import reach
from incentive.people.models import Person
from incentive.points.disputes.models import Dispute
from incentive.regions.models import Region
from incentive.settlement.findings.models import AttendanceFinding
from incentive.settlement.models import Award

_STATUS: Final = {"open": "open", "cleared": "for_person", "upheld": "against_person"}


def listed(paths: Sequence[str], state: str, kind: str | None) -> Select[*tuple[Any, ...]]:
    """Return findings at activities in the subtrees at `paths`, with all that a reader needs.

    In their state alone those are left out whose points were not held: nothing was left of them.
    """
    about, decider = aliased(Person), aliased(Person)
    found = (
        select(
            AttendanceFinding.id,
            AttendanceFinding.record_id,
            AttendanceFinding.kind,
            AttendanceFinding.facts,
            AttendanceFinding.found_at,
            AttendanceFinding.about_id,
            ServiceRecord.person_id,
            ServiceRecord.day,
            ServiceRecord.minutes,
            ServiceRecord.decided_by.label("verified_by_id"),
            Person.volunteer_number,
            about.volunteer_number.label("about"),
            Activity.title.label("activity"),
            Shift.title.label("shift"),
            Region.name.label("region"),
            Region.path.label("region_path"),
            Dispute.id.label("dispute_id"),
            Dispute.held,
            Dispute.status,
            Dispute.decision_reason,
            Dispute.decided_at,
            decider.volunteer_number.label("decided_by"),
        )
        .join(ServiceRecord, ServiceRecord.id == AttendanceFinding.record_id)
        .join(Person, Person.id == ServiceRecord.person_id)
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Region, Region.id == Activity.region_id)
        .outerjoin(about, about.id == AttendanceFinding.about_id)
        .outerjoin(Award, Award.service_record_id == AttendanceFinding.record_id)
        .outerjoin(
            Dispute,
            and_(
                Dispute.transaction_id == Award.transaction_id,
                Dispute.person_id == ServiceRecord.person_id,
                Dispute.opened_by.is_(None),
            ),
        )
        .outerjoin(decider, decider.id == Dispute.decided_by)
        .where(reach.within(Region.path, paths))
    )
    if state in _STATUS:
        found = found.where(Dispute.status == _STATUS[state])
    return found if kind is None else found.where(AttendanceFinding.kind == kind)


def open_in(paths: Sequence[str]) -> int:
    """Return how many awards wait, in the subtrees at `paths`, for somebody to decide."""
    waiting = (
        select(func.count())
        .select_from(Dispute)
        .join(Region, Region.id == Dispute.region_id)
        .where(
            Dispute.status == "open", Dispute.opened_by.is_(None), reach.within(Region.path, paths)
        )
    )
    return int(session().execute(waiting).scalar_one())
