"""What of people's own stands in the way of erasing somebody."""

from datetime import datetime
from uuid import UUID

from incentive.core.errors import IncentiveError
from incentive.people.erasing import queries
from incentive.people.erasing.errors import AnswersForMinors, LastAdministrator
from incentive.people.erasing.hindering import hinders


@hinders
def _administrator(person_id: UUID, at: datetime) -> IncentiveError | None:
    return None if queries.another_administrator(person_id, at) else LastAdministrator()


@hinders
def _guardian(person_id: UUID, _at: datetime) -> IncentiveError | None:
    count = queries.count_wards(person_id)
    return AnswersForMinors(count) if count else None
