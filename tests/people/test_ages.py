"""How old somebody is by a month of birth, and what a minor may serve."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incentive.people.ages import AgeClass, age, age_class, class_of_fields, is_milder
from incentive.people.guardians.domain import Obstacle, Task, is_at_night, obstacle

HERE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2028, 4, 30), 17),
        (date(2028, 5, 1), 17),
        (date(2028, 5, 31), 17),  # born in May: perhaps only today
        (date(2028, 6, 1), 18),
        (date(2010, 5, 1), 0),
        (date(2010, 6, 1), 0),
        (date(2011, 6, 1), 1),
    ],
)
def test_a_year_is_full_on_the_first_of_the_month_after(day, years):
    assert age("2010-05", day) == years


def test_the_class_of_a_minor_ends_with_the_cautious_year():
    assert age_class("2010-05", date(2024, 5, 31)) is AgeClass.UNDER_14
    assert age_class("2010-05", date(2024, 6, 1)) is AgeClass.UNDER_18
    assert age_class("2010-05", date(2028, 5, 31)) is AgeClass.UNDER_18
    assert age_class("2010-05", date(2028, 6, 1)) is None


def test_a_residents_number_shows_the_class_as_well():
    at = date(2026, 11, 24)
    assert class_of_fields({"id_number": "resident_id:530102201501010017"}, at) is AgeClass.UNDER_14
    assert class_of_fields({"id_number": "passport:E12345678"}, at) is None
    assert class_of_fields({"address": "x"}, at) is None


def test_nobody_gets_milder_by_telling_another_month():
    assert is_milder(None, AgeClass.UNDER_18)
    assert is_milder(AgeClass.UNDER_18, AgeClass.UNDER_14)
    assert not is_milder(AgeClass.UNDER_14, AgeClass.UNDER_18)
    assert not is_milder(AgeClass.UNDER_18, None)


def task(hour=9, hours=2, day=24, **more):
    starts_at = datetime(2026, 11, day, hour, tzinfo=HERE)
    usual = {"minimum_age": None, "guardian_must_accompany": False}
    return Task(starts_at, starts_at + timedelta(hours=hours), **usual | more)


@pytest.mark.parametrize(
    ("hour", "hours", "wanted"),
    [(6, 2, False), (5, 2, True), (20, 2, False), (20, 3, True), (23, 1, True), (9, 15, True),
     (0, 1, True), (4, 1, True)],
)  # fmt: skip
def test_night_is_from_22_to_6(hour, hours, wanted):
    assert is_at_night(task(hour, hours)) is wanted


MINOR = {"consented": True, "escorted": False}


@pytest.mark.parametrize(
    ("minor", "born", "shift", "more", "wanted"),
    [
        (None, None, task(23, 8), {}, None),
        (AgeClass.UNDER_18, "2010-01", task(), {}, None),
        (AgeClass.UNDER_18, "2010-01", task(), {"consented": False}, Obstacle.NO_CONSENT),
        (AgeClass.UNDER_14, None, task(), {"consented": False}, Obstacle.NO_CONSENT),
        (AgeClass.UNDER_18, "2010-01", task(21), {}, Obstacle.AT_NIGHT),
        (AgeClass.UNDER_18, "2010-01", task(9, 5), {}, Obstacle.TOO_LONG),
        (AgeClass.UNDER_18, "2010-01", task(9, 4), {}, None),
        (AgeClass.UNDER_14, "2015-01", task(9, 4), {}, Obstacle.TOO_LONG),
        (AgeClass.UNDER_14, "2015-01", task(9, 2), {}, None),
        (AgeClass.UNDER_18, "2010-11", task(minimum_age=16), {}, Obstacle.TOO_YOUNG),
        (AgeClass.UNDER_18, "2010-10", task(minimum_age=16), {}, None),
        (None, None, task(minimum_age=16), {}, Obstacle.TOO_YOUNG),
        (None, "1990-01", task(minimum_age=16), {}, None),
        (AgeClass.UNDER_18, None, task(guardian_must_accompany=True), {}, Obstacle.ALONE),
        (AgeClass.UNDER_18, None, task(guardian_must_accompany=True), {"escorted": True}, None),
        (None, None, task(guardian_must_accompany=True), {}, None),
    ],
)
def test_what_keeps_somebody_from_a_shift_at_their_age(minor, born, shift, more, wanted):
    assert obstacle(minor, born, shift, **MINOR | more) is wanted
