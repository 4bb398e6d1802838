"""What holds for every rule set and every fact."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incentive.rules import DEFAULT, Fact, RuleSet, award, award_all, parse, words
from incentive.rules.domain import MINUTES_MAX

# Two people, two months, a weekend and a holiday: enough to meet in every way.
DAYS = [date(2026, 9, 25) + timedelta(days=offset) for offset in (0, 1, 6, 8)]
KINDS = ["patrol", "emergency", "teaching"]
points = st.integers(0, 120)
percent = st.integers(0, 400)
whole_day = st.integers(0, 1440)

blocks = st.builds(
    lambda length, pays: {"rule": "block", "block_minutes": length, "block_points": pays},
    st.integers(1, 90),
    st.integers(0, 30),
)
optional_rules = [
    st.builds(
        lambda table: {"rule": "multiplier_kind", "percents": table},
        st.dictionaries(st.sampled_from(KINDS), percent, min_size=1),
    ),
    st.builds(
        lambda weekend, holiday: {
            "rule": "multiplier_day",
            "weekend_percent": weekend,
            "holiday_percent": holiday,
            "holidays": ["2026-10-01"],
        },
        percent,
        percent,
    ),
    st.builds(lambda bonus: {"rule": "first_service", "points": bonus}, st.integers(1, 50)),
    *(
        st.builds(lambda cap, name=name: {"rule": name, "points": cap}, points)
        for name in ("cap_activity", "cap_day", "cap_month")
    ),
]


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    extra: list[dict[str, Any]] = [draw(rule) for rule in optional_rules if draw(st.booleans())]
    return parse({"rules": [draw(blocks), *extra]})


facts = st.builds(
    Fact,
    person=st.sampled_from("pq"),
    activity=st.sampled_from("ab"),
    kind=st.sampled_from(KINDS),
    day=st.sampled_from(DAYS),
    minutes=whole_day,
    paid_that_day=points,
    paid_that_month=points,
    paid_for_activity=points,
    first=st.booleans(),
)
fresh = st.builds(
    Fact,
    person=st.sampled_from("pq"),
    activity=st.sampled_from("ab"),
    kind=st.sampled_from(KINDS),
    day=st.sampled_from(DAYS),
    minutes=whole_day,
    **dict.fromkeys(("paid_that_day", "paid_that_month", "paid_for_activity"), st.just(0)),
    first=st.just(value=True),
)


@given(facts, rule_sets())
def test_an_award_is_never_negative_and_never_above_a_cap(fact, rules):
    given_points = award(fact, rules).points
    assert given_points >= 0
    paid = {
        "cap_day": fact.paid_that_day,
        "cap_month": fact.paid_that_month,
        "cap_activity": fact.paid_for_activity,
    }
    for rule in rules.rules:
        if rule.name in paid and given_points:
            assert paid[rule.name] + given_points <= rule.points


@given(facts, rule_sets(), st.integers(0, MINUTES_MAX - 1440))
def test_more_minutes_never_earn_fewer_points(fact, rules, more):
    longer = fact._replace(minutes=fact.minutes + more)
    assert award(longer, rules).points >= award(fact, rules).points


def _one_at_a_time(batch: list[Fact], rules: RuleSet) -> list[int]:
    """Award each fact alone, reading every sum anew from all that was paid before."""
    paid: list[tuple[Fact, int]] = []
    for fact in batch:
        mine = [(other, sum_) for other, sum_ in paid if other.person == fact.person]
        now = fact._replace(
            paid_that_day=sum(n for other, n in mine if other.day == fact.day),
            paid_that_month=sum(n for other, n in mine if other.day.month == fact.day.month),
            paid_for_activity=sum(n for other, n in mine if other.activity == fact.activity),
            first=not any(n for _, n in mine),
        )
        paid.append((fact, award(now, rules).points))
    return [sum_ for _, sum_ in paid]


@given(facts, facts, rule_sets())
def test_what_the_rules_do_not_look_at_changes_nothing(fact, other, rules):
    alike = fact._replace(
        **{name: getattr(other, name) for name in Fact._fields if name not in rules.looks_at}
    )
    assert award(alike, rules) == award(fact, rules)


@given(st.lists(fresh, max_size=25), rule_sets())
def test_a_batch_pays_what_one_at_a_time_pays(batch, rules):
    assert [one.points for one in award_all(batch, rules)] == _one_at_a_time(batch, rules)


@given(st.data(), st.lists(fresh, max_size=12), points)
def test_a_days_total_under_the_cap_does_not_depend_on_the_order(data, batch, cap):
    rules = parse({"rules": [DEFAULT["rules"][0], {"rule": "cap_day", "points": cap}]})

    def totals(ordered: list[Fact]) -> dict[tuple[str, date], int]:
        sums: dict[tuple[str, date], int] = defaultdict(int)
        for fact, one in zip(ordered, award_all(ordered, rules), strict=True):
            sums[fact.person, fact.day] += one.points
        return dict(sums)

    assert totals(data.draw(st.permutations(batch))) == totals(batch)


@given(facts, rule_sets(), st.sampled_from(["zh", "en"]))
def test_every_step_can_be_said(fact, rules, language):
    given_award = award(fact, rules)
    sentences = words(given_award.explain(), language)
    assert len(sentences) == len(given_award.steps)
    assert not any("{" in sentence for sentence in sentences)
