"""What activities hold about a person."""

from datetime import datetime
from uuid import UUID

from incentive.activities.errors import ShiftsToCome
from incentive.activities.models import Activity, SignUp
from incentive.activities.sign_up_queries import count_to_come
from incentive.core.errors import IncentiveError
from incentive.core.i18n import _
from incentive.people.erasing.hindering import hinders
from incentive.people.held import EVIDENCE, office, own

own("service", _("Sign-ups"), SignUp, "person_id", EVIDENCE, "shift_id status queued_at changed_at")
office("office", _("Activities published"), Activity, "created_by", "title created_at")


@hinders
def _places(person_id: UUID, at: datetime) -> IncentiveError | None:
    count = count_to_come(person_id, at)
    return ShiftsToCome(count) if count else None
