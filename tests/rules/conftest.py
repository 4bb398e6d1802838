"""Facts and rule sets for the rules' tests."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from incentive.rules import DEFAULT, Fact, RuleSet, parse

WEDNESDAY = date(2026, 9, 23)


@pytest.fixture
def fact() -> Callable[..., Fact]:
    def make(minutes: int = 60, **changes: Any) -> Fact:
        known = {"person": "p", "activity": "a", "kind": "patrol", "day": WEDNESDAY}
        return Fact(minutes=minutes, **(known | changes))

    return make


@pytest.fixture
def rule_set() -> Callable[..., RuleSet]:
    """Make a set of `extra` rules on top of 10 points an hour."""

    def make(*extra: dict[str, Any]) -> RuleSet:
        return parse({"rules": [DEFAULT["rules"][0], *extra]})

    return make
