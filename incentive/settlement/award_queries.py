"""Awards with all that they come from and lead to, each in one round trip."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import aliased

from incentive.activities.models import Activity, Shift
from incentive.checkin.models import Attendance, ServiceRecord
from incentive.core.db import session
from incentive.ledger.models import Transaction
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.settlement.models import Award, RuleVersion


def by_transaction(transaction_ids: Sequence[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """Return record, explanation and first day of the rules of awards, by their transactions."""
    rows = session().execute(
        select(
            Award.transaction_id,
            Award.service_record_id,
            Award.explanation,
            RuleVersion.effective_from,
        )
        .join(RuleVersion, RuleVersion.id == Award.rule_version_id)
        .where(Award.transaction_id.in_(transaction_ids))
    )
    return {row.transaction_id: row for row in rows}


def awarded_at(record_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return when records were awarded for, by record."""
    found = select(Award.service_record_id, Award.awarded_at).where(
        Award.service_record_id.in_(record_ids)
    )
    return {row.service_record_id: row.awarded_at for row in session().execute(found)}


def award(record_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the award of a record with the record, its shift, the rules and the transaction."""
    closing, decider = aliased(Transaction), aliased(Person)
    return (
        session()
        .execute(
            select(
                Award,
                ServiceRecord,
                Attendance,
                Transaction,
                Person.volunteer_number,
                decider.volunteer_number.label("decided_by"),
                Activity.title.label("activity_title"),
                Activity.kind.label("activity_kind"),
                Shift.title.label("shift_title"),
                Region.name.label("region"),
                Region.path.label("region_path"),
                RuleVersion.effective_from,
                closing.id.label("closed_by"),
                closing.kind.label("closed_as"),
                closing.reason.label("closed_why"),
            )
            .join(ServiceRecord, ServiceRecord.id == Award.service_record_id)
            .join(Attendance, Attendance.id == ServiceRecord.attendance_id)
            .join(Person, Person.id == Award.person_id)
            .join(Shift, Shift.id == ServiceRecord.shift_id)
            .join(Activity, Activity.id == Award.activity_id)
            .join(Region, Region.id == Activity.region_id)
            .join(RuleVersion, RuleVersion.id == Award.rule_version_id)
            .outerjoin(Transaction, Transaction.id == Award.transaction_id)
            .outerjoin(closing, closing.closes == Award.transaction_id)
            .outerjoin(decider, decider.id == ServiceRecord.decided_by)
            .where(Award.service_record_id == record_id)
        )
        .one_or_none()
    )
