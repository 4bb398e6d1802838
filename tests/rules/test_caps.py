import pytest

from incentive.rules import award, award_all

CAPS = [
    ("cap_day", "paid_that_day"),
    ("cap_month", "paid_that_month"),
    ("cap_activity", "paid_for_activity"),
]


@pytest.mark.parametrize(("name", "sum_paid"), CAPS)
@pytest.mark.parametrize(("paid", "points"), [(0, 10), (70, 10), (75, 5), (80, 0), (500, 0)])
def test_a_cap_pays_what_is_left_under_it(fact, rule_set, name, sum_paid, paid, points):
    rules = rule_set({"rule": name, "points": 80})
    assert award(fact(**{sum_paid: paid}), rules).points == points


def test_a_cap_that_cuts_nothing_is_not_mentioned(fact, rule_set):
    steps = award(fact(), rule_set({"rule": "cap_day", "points": 80})).steps
    assert [step.rule for step in steps] == ["block"]


def test_a_cap_of_zero_pays_nothing(fact, rule_set):
    assert award(fact(), rule_set({"rule": "cap_month", "points": 0})).points == 0


def test_a_batch_counts_each_cap_by_its_own_day_month_and_activity(fact, rule_set):
    rules = rule_set(
        {"rule": "cap_activity", "points": 25},
        {"rule": "cap_day", "points": 15},
        {"rule": "cap_month", "points": 30},
    )
    first, second = fact().day, fact().day.replace(day=24)
    october = first.replace(month=10)
    batch = [
        fact(day=first),  # 10
        fact(day=first),  # 15 a day: 5
        fact(day=second),  # 25 for the activity: 10
        fact(day=second, activity="b"),  # 30 a month: 5
        fact(day=second, activity="b", person="q"),  # someone else: 10
        fact(day=october, activity="b"),  # another month: 10
    ]
    assert [given.points for given in award_all(batch, rules)] == [10, 5, 10, 5, 10, 10]
