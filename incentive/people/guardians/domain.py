"""What a minor may sign up for: pure, without clock, session or request.

No law gives hours for volunteers. The figures are the product's, taken from neighbouring rules, on
the cautious side; a lawyer of the jurisdiction may want others.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from incentive.people.ages import AgeClass, age

# 22:00 to 6:00 is what labour rules call night work, from which they keep young workers.
NIGHT_FROM: Final = time(22)
NIGHT_UNTIL: Final = time(6)
# Half a working day of eight hours (Labour Law, art. 36), and a quarter below 14.
SHIFT_MAX: Final = {AgeClass.UNDER_18: timedelta(hours=4), AgeClass.UNDER_14: timedelta(hours=2)}
# Whose sign-up needs a guardian's consent: below 14 by PIPL art. 31, from 14 to 17 by policy.
CONSENT_NEEDED: Final = frozenset(AgeClass)
INVITATION_TIME: Final = timedelta(days=7)


class Obstacle(StrEnum):
    """Why somebody may not sign up for a shift at their age."""

    NO_CONSENT = "no_consent"
    TOO_YOUNG = "too_young"
    AT_NIGHT = "at_night"
    TOO_LONG = "too_long"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Task:
    """A shift as far as it matters: local times, and what its activity asks for."""

    starts_at: datetime
    ends_at: datetime
    minimum_age: int | None
    guardian_must_accompany: bool


def is_at_night(task: Task) -> bool:
    """Say whether any of the shift lies between 22:00 and 6:00 of its own place."""
    day = task.starts_at.date()
    nights = (
        (
            datetime.combine(day + timedelta(days=n), NIGHT_FROM, task.starts_at.tzinfo),
            datetime.combine(day + timedelta(days=n + 1), NIGHT_UNTIL, task.starts_at.tzinfo),
        )
        for n in (-1, 0)
    )
    return any(task.starts_at < until and begin < task.ends_at for begin, until in nights)


def obstacle(
    minor: AgeClass | None, birth_month: str | None, task: Task, *, consented: bool, escorted: bool
) -> Obstacle | None:
    """Return what keeps somebody from a shift, or None.

    `birth_month` is asked for a least age alone; whose is unknown is not old enough. `escorted`: a
    guardian signed up for the shift as well.
    """
    too_young = task.minimum_age is not None and (
        birth_month is None or age(birth_month, task.starts_at.date()) < task.minimum_age
    )
    alone = task.guardian_must_accompany and not escorted
    too_long = minor is not None and task.ends_at - task.starts_at > SHIFT_MAX[minor]
    found = (
        (minor in CONSENT_NEEDED and not consented, Obstacle.NO_CONSENT),
        (too_young, Obstacle.TOO_YOUNG),
        (minor is not None and is_at_night(task), Obstacle.AT_NIGHT),
        (too_long, Obstacle.TOO_LONG),
        (minor is not None and alone, Obstacle.ALONE),
    )
    return next((each for holds, each in found if holds), None)
