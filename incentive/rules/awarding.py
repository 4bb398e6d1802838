"""Turn facts into awards."""

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter

from incentive.rules.domain import Award, Fact, RuleSet, Step

_EVER = None
"""The key under which all that a person earned is counted."""


def award(fact: Fact, rule_set: RuleSet) -> Award:
    """Return what `fact` earns under `rule_set`: whole points, 0 or more, with reasons.

    Raises:
        ValueError: there can be no such fact.
    """
    fact.check()
    points = 0
    steps: list[Step] = []
    for rule in rule_set.rules:
        change = rule.apply(fact, points)
        if change is None:
            continue
        after, figures = change
        steps.append(Step(rule.name, points, after, figures))
        points = after
    return Award(points, tuple(steps))


def award_all(facts: Sequence[Fact], rule_set: RuleSet) -> list[Award]:
    """Return the award of each fact, in order, each seeing what the ones before it earned.

    Every fact carries the sums from before the batch. The answers are those of
    awarding one at a time and reading the sums anew in between; facts that are
    alike in all that the rules look at share one `Award`.

    Raises:
        ValueError: there can be no such fact.
    """
    seen = attrgetter(*rule_set.looks_at)
    known: dict[object, Award] = {}
    times = Counter([fact.person for fact in facts])
    earned = {person: Counter[object]() for person, n in times.items() if n > 1}
    awards: list[Award] = []
    for fact in facts:
        before = earned.get(fact.person)
        now = _after(fact, before) if before else fact
        alike = seen(now)
        result = known.get(alike)
        if result is None:
            result = known[alike] = award(now, rule_set)
        if before is not None:
            for key in (fact.day, (fact.day.year, fact.day.month), fact.activity, _EVER):
                before[key] += result.points
        awards.append(result)
    return awards


def _after(fact: Fact, earned: Counter[object]) -> Fact:
    """Return `fact` with what its person has `earned` in the batch so far."""
    return fact._replace(
        paid_that_day=fact.paid_that_day + earned[fact.day],
        paid_that_month=fact.paid_that_month + earned[fact.day.year, fact.day.month],
        paid_for_activity=fact.paid_for_activity + earned[fact.activity],
        first=fact.first and not earned[_EVER],
    )
