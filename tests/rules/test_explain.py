import json
from datetime import date

from incentive.rules import DEFAULT, award, describe, parse, words

EVERY_RULE = (
    {"rule": "multiplier_kind", "percents": {"patrol": 200}},
    {"rule": "multiplier_day", "weekend_percent": 150},
    {"rule": "first_service", "points": 1},
    {"rule": "cap_activity", "points": 40},
    {"rule": "cap_day", "points": 30},
    {"rule": "cap_month", "points": 20},
)
SATURDAY = date(2026, 9, 26)


def test_an_award_explains_each_step_in_chinese(fact, rule_set):
    given = award(fact(90, day=SATURDAY, first=True, paid_that_day=10), rule_set(*EVERY_RULE))
    assert words(given.explain()) == [
        "90 分钟，每 6 分钟 1 分 → 15 分",
        "“patrol”类活动按 200% 计，舍去零头：15 分 → 30 分",
        "2026-09-26 是周末，按 150% 计，舍去零头：30 分 → 45 分",
        "首次服务奖励 1 分：45 分 → 46 分",
        "每项活动最多 40 分，本活动已得 0 分：46 分 → 40 分",
        "每日最多 30 分，当日已得 10 分：40 分 → 20 分",
    ]


def test_an_award_explains_each_step_in_english(fact, rule_set):
    given = award(fact(90, day=SATURDAY, first=True, paid_that_month=19), rule_set(*EVERY_RULE))
    assert words(given.explain(), "en_GB") == [
        "90 minutes at 1 point per 6 minutes → 15 points",
        "“patrol” pays 200%, rounded down: 15 points → 30 points",
        "2026-09-26 is a weekend: 150%, rounded down: 30 points → 45 points",
        "Bonus of 1 point for the first service: 45 points → 46 points",
        "At most 40 points for one activity, 0 already paid: 46 points → 40 points",
        "At most 30 points on one day, 0 already paid: 40 points → 30 points",
        "At most 20 points in a month, 19 already paid: 30 points → 1 point",
    ]


def test_the_explanation_survives_being_stored_as_json(fact, rule_set):
    explanation = award(fact(90), rule_set()).explain()
    stored = json.loads(json.dumps(explanation))
    assert stored == explanation
    assert words(stored, "en") == words(explanation, "en")


def test_the_steps_lead_from_nothing_to_the_award(fact, rule_set):
    given = award(fact(90, day=SATURDAY, first=True), rule_set(*EVERY_RULE))
    assert given.steps[0].before == 0
    assert given.steps[-1].after == given.points
    pairs = zip(given.steps, given.steps[1:], strict=False)
    assert all(earlier.after == later.before for earlier, later in pairs)


def test_a_rule_that_is_gone_is_still_explained():
    step = {"rule": "gone", "before": 2, "after": 1, "figures": {}}
    assert words([step], "en") == ["Rule “gone”: 2 points → 1 point"]
    assert words([step | {"rule": "block"}]) == ["规则“block”：2 分 → 1 分"]


def test_a_rule_set_is_announced_in_the_order_in_which_it_works(rule_set):
    every = rule_set(*EVERY_RULE)
    assert describe(every) == [
        "每满 6 分钟得 1 分，不满不计",
        "按活动类别计：patrol 200%，舍去零头；其他类别不变",
        "周末按 150% 计，节假日按 100% 计，舍去零头。节假日：无。调休上班：无",
        "首次服务另奖 1 分",
        "每项活动最多 40 分",
        "每日最多 30 分",
        "每月最多 20 分",
    ]
    assert describe(every, "en")[:2] == [
        "1 point for every full 6 minutes; a part earns nothing",
        "By kind of activity, rounded down: patrol 200%; other kinds unchanged",
    ]


def test_holidays_are_announced_in_order():
    day = {"rule": "multiplier_day", "holidays": ["2026-10-02", "2026-10-01"]}
    (_block, sentence) = describe(parse({"rules": [DEFAULT["rules"][0], day]}), "en")
    assert "Holidays: 2026-10-01, 2026-10-02. Weekend days worked: none" in sentence
