"""Turn facts into awards."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from incentive.rules.domain import Award, Fact, RuleSet, Step


def award(fact: Fact, rule_set: RuleSet) -> Award:
    """Return what `fact` earns under `rule_set`: whole points, 0 or more, with reasons."""
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


def award_all(facts: Iterable[Fact], rule_set: RuleSet) -> list[Award]:
    """Return the award of each fact, in order, each seeing what the ones before it earned.

    Every fact carries the sums from before the batch. The answers are those of
    awarding one at a time and reading the sums anew in between.
    """
    earned: Counter[tuple[str, ...]] = Counter()
    awards: list[Award] = []
    for fact in facts:
        month = (fact.person, "month", f"{fact.day:%Y-%m}")
        day = (fact.person, "day", fact.day.isoformat())
        activity = (fact.person, "activity", fact.activity)
        ever = (fact.person, "ever")
        result = award(
            replace(
                fact,
                paid_that_day=fact.paid_that_day + earned[day],
                paid_that_month=fact.paid_that_month + earned[month],
                paid_for_activity=fact.paid_for_activity + earned[activity],
                first=fact.first and not earned[ever],
            ),
            rule_set,
        )
        for key in (day, month, activity, ever):
            earned[key] += result.points
        awards.append(result)
    return awards
