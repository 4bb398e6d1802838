import pytest

from incentive.rules import award
from incentive.rules.domain import MINUTES_MAX


@pytest.mark.parametrize(
    ("minutes", "sums"),
    [
        (-1, {}),
        (MINUTES_MAX + 1, {}),
        (60, {"paid_that_day": -1}),
        (60, {"paid_that_month": -1}),
        (60, {"paid_for_activity": -1}),
    ],
)
def test_a_fact_that_cannot_be_is_refused(fact, rule_set, minutes, sums):
    with pytest.raises(ValueError):
        award(fact(minutes, **sums), rule_set())
