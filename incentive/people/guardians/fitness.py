"""Whether somebody may serve a shift at their age: asked when they sign up, with their row locked."""

from datetime import datetime
from typing import NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from incentive.core.zone import timezone
from incentive.people import personal
from incentive.people.ages import AgeClass
from incentive.people.guardians import queries
from incentive.people.guardians.domain import SHIFT_MAX, Obstacle, Task, obstacle
from incentive.people.guardians.errors import (
    GuardianNeeded,
    MinorAlone,
    MinorAtNight,
    MinorTooLong,
    TooYoung,
)

_SECONDS_PER_HOUR = 3600


def require_fit(
    person_id: UUID,
    age_class: str | None,
    *,
    starts_at: datetime,
    ends_at: datetime,
    minimum_age: int | None,
    guardian_must_accompany: bool,
    escorted: bool,
) -> None:
    """Let somebody sign up only for what is fit for their age. Adults cost no question.

    Raises:
        GuardianNeeded, TooYoung, MinorAtNight, MinorTooLong, MinorAlone: as they say.
    """
    minor = AgeClass(age_class) if age_class else None
    if minor is None and minimum_age is None:
        return
    here = ZoneInfo(timezone())
    task = Task(
        starts_at.astimezone(here), ends_at.astimezone(here), minimum_age, guardian_must_accompany
    )
    born = None if minimum_age is None else personal.one(person_id, "birth_month").birth_month
    consented = minor is None or person_id in queries.consented([person_id])
    found = obstacle(minor, born, task, consented=consented, escorted=escorted)
    if found is not None:
        _refuse(found, minor, minimum_age)


def _refuse(found: Obstacle, minor: AgeClass | None, minimum_age: int | None) -> NoReturn:
    match found:
        case Obstacle.NO_CONSENT:
            raise GuardianNeeded
        case Obstacle.TOO_YOUNG:
            raise TooYoung(minimum_age or 0)
        case Obstacle.AT_NIGHT:
            raise MinorAtNight
        case Obstacle.TOO_LONG:
            longest = SHIFT_MAX[minor or AgeClass.UNDER_18]
            raise MinorTooLong(int(longest.total_seconds()) // _SECONDS_PER_HOUR)
        case Obstacle.ALONE:
            raise MinorAlone
