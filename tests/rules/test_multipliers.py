from datetime import date

import pytest

from incentive.rules import award

DAYS = {
    "rule": "multiplier_day",
    "weekend_percent": 150,
    "holiday_percent": 300,
    "holidays": ["2026-10-01", "2026-10-03"],
    "workdays": ["2026-10-10"],
}


def test_a_listed_kind_is_multiplied_and_another_is_not(fact, rule_set):
    rules = rule_set({"rule": "multiplier_kind", "percents": {"emergency": 200}})
    assert award(fact(kind="emergency"), rules).points == 20
    assert award(fact(kind="patrol"), rules).points == 10


def test_a_multiplied_part_point_is_rounded_down(fact, rule_set):
    rules = rule_set({"rule": "multiplier_kind", "percents": {"patrol": 150}})
    assert award(fact(18), rules).points == 4


def test_a_kind_may_earn_nothing(fact, rule_set):
    rules = rule_set({"rule": "multiplier_kind", "percents": {"patrol": 0}})
    assert award(fact(600), rules).points == 0


@pytest.mark.parametrize(
    ("day", "points"),
    [
        (date(2026, 9, 30), 10),  # a Wednesday
        (date(2026, 9, 26), 15),  # a Saturday
        (date(2026, 9, 27), 15),  # a Sunday
        (date(2026, 10, 1), 30),  # a holiday on a Thursday
        (date(2026, 10, 3), 30),  # a holiday on a Saturday: the holiday's rate alone
        (date(2026, 10, 10), 10),  # a Saturday worked in exchange
    ],
)
def test_weekends_and_holidays_pay_their_own_rate(fact, rule_set, day, points):
    assert award(fact(day=day), rule_set(DAYS)).points == points


def test_kind_and_day_multiply_one_after_the_other(fact, rule_set):
    rules = rule_set({"rule": "multiplier_kind", "percents": {"patrol": 150}}, DAYS)
    assert award(fact(18, day=date(2026, 9, 26)), rules).points == 6  # 3 -> 4 -> 6
