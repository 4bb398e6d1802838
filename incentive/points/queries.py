"""What of a person's points is still open."""

from uuid import UUID

from sqlalchemy import func, select

from incentive.core.db import session
from incentive.points.corrections.models import Adjustment
from incentive.points.disputes.models import Dispute


def count_disputes(person_id: UUID) -> int:
    """Return how many disputes about a person's points are open."""
    wanted = select(func.count()).where(Dispute.person_id == person_id, Dispute.status == "open")
    return int(session().scalar(wanted) or 0)


def count_corrections(person_id: UUID) -> int:
    """Return how many corrections of a person's points are proposed."""
    wanted = select(func.count()).where(
        Adjustment.person_id == person_id, Adjustment.status == "proposed"
    )
    return int(session().scalar(wanted) or 0)
