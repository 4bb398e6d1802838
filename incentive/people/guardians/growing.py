"""Minors grow up: what is kept unsealed of their age is brought up to date."""

from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.core.db import transaction
from incentive.core.zone import day_of
from incentive.people import personal
from incentive.people.ages import class_of_fields
from incentive.people.guardians import queries

BATCH: Final = 200


def grow_up(at: datetime) -> int:
    """Bring the age classes of all minors up to date; return how many changed.

    Opens its transactions. Who withdrew the month of birth stays what they were.
    """
    changed, after = 0, None
    while True:
        with transaction():
            some, after = _some(at, after)
        changed += some
        if after is None:
            return changed


def _some(at: datetime, after: UUID | None) -> tuple[int, UUID | None]:
    minors = queries.minors_after(after, BATCH)
    known = personal.of([minor.id for minor in minors], "birth_month", "id_number")
    changed = 0
    for minor in minors:
        told = known[minor.id]
        if told.birth_month is None and told.id_number is None:
            continue
        shown = {"birth_month": told.birth_month, "id_number": told.id_number}
        now = class_of_fields(shown, day_of(at))
        if now != minor.age_class:
            minor.age_class = now
            changed += 1
    return changed, minors[-1].id if len(minors) == BATCH else None
