"""How old somebody is, as far as a month of birth tells: pure, the day is a parameter.

Only the month is known, so whoever was born in May may be a year older from the first of May or
from the thirty-first. The cautious reading holds: a year is full on the first of the month after.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from incentive.people.identity import RESIDENT_ID, month_in

# Below it every processing of personal data needs a guardian (PIPL art. 31).
CHILD_YEARS: Final = 14
# From it somebody is of age (Civil Code art. 17).
ADULT_YEARS: Final = 18
_MONTHS: Final = 12


class AgeClass(StrEnum):
    """What is kept unsealed of a minor's age, so that a scan can tell; adults have none."""

    UNDER_14 = "under_14"
    UNDER_18 = "under_18"


_ORDER: Final = (AgeClass.UNDER_14, AgeClass.UNDER_18, None)


def age(birth_month: str, day: date) -> int:
    """Return how many years somebody born in `birth_month` (like 2010-05) has full on `day`, at least.

    Never below 0.
    """
    year, month = map(int, birth_month.split("-"))
    months = (day.year - year) * _MONTHS + day.month - month
    return max(0, (months - 1) // _MONTHS)


def age_class(birth_month: str, day: date) -> AgeClass | None:
    """Return the class of a minor, or None: of age."""
    years = age(birth_month, day)
    if years < CHILD_YEARS:
        return AgeClass.UNDER_14
    return AgeClass.UNDER_18 if years < ADULT_YEARS else None


def class_of_fields(told: Mapping[str, str | None], day: date) -> AgeClass | None:
    """Return the class that a month of birth, or a resident's ID number, among `told` shows on `day`."""
    month = month_of_fields(told)
    return age_class(month, day) if month else None


def month_of_fields(told: Mapping[str, str | None]) -> str | None:
    """Return the month of birth that the fields `told` show, if any does."""
    month, number = told.get("birth_month"), told.get("id_number")
    if month:
        return month
    return month_in(number) if number and number.startswith(f"{RESIDENT_ID}:") else None


def is_milder(shown: AgeClass | None, known: AgeClass | None) -> bool:
    """Say whether the class `shown` now lets somebody do more than the one that is `known`."""
    return _ORDER.index(shown) > _ORDER.index(known)
