"""What of a person's service stands in the way of erasing them."""

from uuid import UUID

from sqlalchemy import exists, func, or_, select

from incentive.checkin.models import Attendance, ServiceRecord
from incentive.checkin.queries import is_unsettled
from incentive.core.db import session


def is_present(person_id: UUID) -> bool:
    """Say whether a person is checked in anywhere."""
    wanted = select(Attendance.id).where(
        Attendance.person_id == person_id, Attendance.check_out_at.is_(None)
    )
    return session().scalar(wanted.limit(1)) is not None


def count_open_of(person_id: UUID) -> int:
    """Return how many of a person's records are to be verified or settled."""
    waiting = exists().where(is_unsettled(ServiceRecord.id))
    wanted = (
        select(func.count())
        .select_from(ServiceRecord)
        .where(
            ServiceRecord.person_id == person_id,
            or_(ServiceRecord.status == "pending", waiting),
        )
    )
    return int(session().scalar(wanted) or 0)
