import pytest

from incentive.rules import award, parse


@pytest.mark.parametrize(
    ("minutes", "points"), [(0, 0), (5, 0), (6, 1), (11, 1), (60, 10), (90, 15), (481, 80)]
)
def test_ten_points_an_hour_pay_whole_points_for_part_hours(fact, rule_set, minutes, points):
    assert award(fact(minutes), rule_set()).points == points


def test_a_part_block_earns_nothing(fact):
    hourly = parse({"rules": [{"rule": "block", "block_minutes": 60, "block_points": 10}]})
    assert [award(fact(minutes), hourly).points for minutes in (59, 60, 119, 120)] == [
        0,
        10,
        10,
        20,
    ]
