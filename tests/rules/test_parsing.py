import pytest

from incentive.rules import DEFAULT, RuleError, award, parse
from incentive.rules.registry import RULES

BLOCK = DEFAULT["rules"][0]
CAP = {"rule": "cap_day", "points": 80}


def test_the_default_pays_ten_points_an_hour_and_at_most_eighty_a_day(fact):
    rules = parse(DEFAULT)
    assert award(fact(60), rules).points == 10
    assert award(fact(600), rules).points == 80


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (None, "$"),
        ([BLOCK], "$"),
        ({}, "rules"),
        ({"rules": []}, "rules"),
        ({"rules": BLOCK}, "rules"),
        ({"rules": [BLOCK] * 100}, "rules"),
        ({"rules": [BLOCK], "version": 1}, "version"),
        ({"rules": ["block"]}, "rules[0]"),
        ({"rules": [{}]}, "rules[0].rule"),
        ({"rules": [{"rule": "bonus"}]}, "rules[0].rule"),
        ({"rules": [{"rule": ["block"]}]}, "rules[0].rule"),
        ({"rules": [{"rule": "block"}]}, "rules[0].block_minutes"),
        ({"rules": [BLOCK | {"block_minutes": 0}]}, "rules[0].block_minutes"),
        ({"rules": [BLOCK | {"block_minutes": 1441}]}, "rules[0].block_minutes"),
        ({"rules": [BLOCK | {"block_minutes": "6"}]}, "rules[0].block_minutes"),
        ({"rules": [BLOCK | {"block_minutes": 6.0}]}, "rules[0].block_minutes"),
        ({"rules": [BLOCK | {"block_points": True}]}, "rules[0].block_points"),
        ({"rules": [BLOCK | {"block_points": -1}]}, "rules[0].block_points"),
        ({"rules": [BLOCK | {"block_points": 10**18}]}, "rules[0].block_points"),
        ({"rules": [BLOCK | {"per": "hour"}]}, "rules[0].per"),
        ({"rules": [CAP]}, "rules[0].rule"),
        ({"rules": [BLOCK, CAP, CAP]}, "rules[2].rule"),
        ({"rules": [BLOCK, CAP, {"rule": "first_service", "points": 5}]}, "rules[2].rule"),
        ({"rules": [BLOCK, {"rule": "first_service", "points": 0}]}, "rules[1].points"),
        ({"rules": [BLOCK, {"rule": "multiplier_kind", "percents": []}]}, "rules[1].percents"),
        ({"rules": [BLOCK, {"rule": "multiplier_kind", "percents": {}}]}, "rules[1].percents"),
        ({"rules": [BLOCK, {"rule": "multiplier_kind", "percents": {"": 1}}]}, "rules[1].percents"),
        (
            {"rules": [BLOCK, {"rule": "multiplier_kind", "percents": {"a": 1001}}]},
            "rules[1].percents.a",
        ),
        (
            {"rules": [BLOCK, {"rule": "multiplier_day", "weekend_percent": -1}]},
            "rules[1].weekend_percent",
        ),
        (
            {"rules": [BLOCK, {"rule": "multiplier_day", "holidays": "2026-10-01"}]},
            "rules[1].holidays",
        ),
        (
            {"rules": [BLOCK, {"rule": "multiplier_day", "holidays": ["2026-10-01", "20261002"]}]},
            "rules[1].holidays[1]",
        ),
        (
            {"rules": [BLOCK, {"rule": "multiplier_day", "workdays": ["2026-02-30"]}]},
            "rules[1].workdays[0]",
        ),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_by_path(document, path):
    with pytest.raises(RuleError) as refusal:
        parse(document)
    assert refusal.value.path == path
    assert str(refusal.value).startswith(f"{path}: ")


def test_every_rule_is_registered_under_its_name_and_has_words_in_both_languages():
    for name, rule in RULES.items():
        assert rule.name == name
        assert rule.words["zh"].keys() == rule.words["en"].keys()
        assert rule.terms.keys() == {"zh", "en"}
