"""The table of verdicts: every rule on an example, and every combination of facts by proof."""

import json
import math
import re
from dataclasses import fields
from pathlib import Path

import pytest

from incentive.checkin.facts import Facts
from incentive.checkin.verdict import (
    LIMITS,
    REASONS,
    TABLE,
    Flag,
    Outcome,
    is_proved,
    verdict,
    verification,
)

CASES = json.loads(Path(__file__).with_name("verdict_vectors.json").read_text("utf-8"))["cases"]

Box = dict[str, frozenset[str | bool]]
EVERYTHING: Box = {name: frozenset(values) for name, values in TABLE["facts"].items()}


def facts_of(case: dict) -> Facts:
    types = {field.name: field.type for field in fields(Facts)}
    return Facts(**{name: types[name](value) for name, value in case["facts"].items()})


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_verdict_on(case):
    decision = verdict(facts_of(case))
    assert decision.outcome == case["outcome"]
    assert decision.reason == case["reason"]
    assert sorted(decision.flags) == case["flags"]


def test_every_rule_and_every_flag_has_a_case():
    decisions = [verdict(facts_of(case)) for case in CASES]
    assert {decision.rule for decision in decisions} == {rule["name"] for rule in TABLE["rules"]}
    assert {flag for decision in decisions for flag in decision.flags} == set(Flag)


def test_every_combination_of_facts_has_a_verdict_and_every_rule_is_reached():
    """Subtract each rule from the whole product of facts, box by box: nothing may remain."""
    remaining = [EVERYTHING]
    for rule in TABLE["rules"]:
        when = {fact: frozenset(values) for fact, values in rule["when"].items()}
        left = [piece for box in remaining for piece in _subtract(box, when)]
        assert _size(left) < _size(remaining), f"{rule['name']} is never reached"
        remaining = left
    assert remaining == []


def _subtract(box: Box, when: Box) -> list[Box]:
    """Return disjoint boxes that hold what is in `box` and not in `when`."""
    pieces = []
    inside = dict(box)
    for fact, values in when.items():
        outside = inside[fact] - values
        if outside:
            pieces.append(inside | {fact: outside})
        inside[fact] &= values
        if not inside[fact]:
            break
    return pieces


def _size(boxes: list[Box]) -> int:
    return sum(math.prod(len(values) for values in box.values()) for box in boxes)


def test_the_table_lists_the_facts_that_the_program_knows():
    for field in fields(Facts):
        known = [False, True] if field.type is bool else [member.value for member in field.type]
        assert sorted(TABLE["facts"][field.name]) == sorted(known)
    assert list(TABLE["facts"]) == [field.name for field in fields(Facts)]


def test_the_table_holds_only_plain_conditions_on_known_facts():
    allowed = EVERYTHING | {"outcome": frozenset(Outcome)}
    for entry in (*TABLE["rules"], *TABLE["flags"]):
        assert entry["why"].endswith(".")
        for fact, values in entry["when"].items():
            assert set(values) <= allowed[fact]
    names = [rule["name"] for rule in TABLE["rules"]]
    assert len(set(names)) == len(names)


def test_a_refusal_has_a_reason_with_words_and_nothing_else_has():
    for rule in TABLE["rules"]:
        assert ("reason" in rule) == (rule["outcome"] == "refused")
    used = {rule["reason"] for rule in TABLE["rules"] if "reason" in rule}
    assert used == set(REASONS)


def test_the_words_state_the_limits_that_apply():
    def stated(reason: str) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", REASONS[reason])]

    assert stated("checkin.too_early") == [LIMITS["early_minutes"]]
    assert stated("checkin.late_upload") == [LIMITS["upload_hours"]]


@pytest.mark.parametrize(
    ("changes", "witnessed", "proved"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"attendance": "open_here"}, True, True),
        ({"attendance": "open_here", "timing": "late_grace"}, True, True),
        ({"timing": "early"}, True, True),
        ({"clock": "ahead"}, True, True),
        ({"clock": "slow"}, True, True),
        ({"overlaps": True}, True, False),
        ({"clock": "offline"}, True, False),
        ({"presence": "unproved"}, True, False),
        ({"attendance": "open_here", "timing": "after"}, True, False),
        ({"attendance": "open_here", "gap": "accidental"}, True, False),
        ({"code": "forged"}, True, False),
    ],
)
def test_a_scan_counts_by_itself_on_the_spot_on_line_and_seen_by_another(
    changes, witnessed, proved
):
    assert is_proved(verdict(facts_of({"facts": changes})), witnessed=witnessed) is proved


@pytest.mark.parametrize(
    ("check_in_proved", "check_out_proved", "closed_by_scan", "status"),
    [
        (True, True, True, "verified"),
        (False, True, True, "pending"),
        (True, False, True, "pending"),
        (True, True, False, "pending"),
    ],
)
def test_a_record_is_verified_by_two_proved_scans(
    check_in_proved, check_out_proved, closed_by_scan, status
):
    answer = verification(
        check_in_proved=check_in_proved,
        check_out_proved=check_out_proved,
        closed_by_scan=closed_by_scan,
    )
    assert answer == status
