"""Read a document of rules, strictly: what it says is what will be paid."""

from collections.abc import Mapping
from typing import Any

from incentive.core.i18n import _
from incentive.rules.domain import Rule, RuleSet, Stage
from incentive.rules.errors import RuleError
from incentive.rules.params import NAME_LENGTH_MAX, Params
from incentive.rules.registry import RULES

DEFAULT: Mapping[str, Any] = {
    "rules": [
        {"rule": "block", "block_minutes": 6, "block_points": 1},
        {"rule": "cap_day", "points": 80},
    ]
}
"""10 points an hour, at most 80 a day."""


def parse(document: object) -> RuleSet:
    """Return the rule set that the decoded JSON `document` describes.

    Each rule appears at most once, in the order of the stages (earn, multiply,
    bonus, cap), and one rule earns: two caps of a day or a multiplier after a cap
    would leave people guessing which one counts.

    Raises:
        RuleError: the document cannot be used; its path names the place.
    """
    if not isinstance(document, Mapping):
        raise RuleError("$", _("must be an object with a list of rules"))
    for name in document:
        if name != "rules":
            raise RuleError(str(name)[:NAME_LENGTH_MAX], _("is not a member here"))
    entries = document.get("rules")
    if not isinstance(entries, list) or not 1 <= len(entries) <= len(RULES):
        raise RuleError("rules", _("must be a list of 1 to %(most)s rules", most=len(RULES)))
    rules: list[Rule] = []
    for index, entry in enumerate(entries):
        path = f"rules[{index}]"
        rule = _rule(entry, path)
        _check_place(rule, rules, path)
        rules.append(rule)
    return RuleSet(tuple(rules))


def _rule(entry: object, path: str) -> Rule:
    if not isinstance(entry, Mapping):
        raise RuleError(path, _("must be an object"))
    name = entry.get("rule")
    if not isinstance(name, str) or name not in RULES:
        raise RuleError(f"{path}.rule", _("must be one of %(names)s", names=", ".join(RULES)))
    params = Params({key: entry[key] for key in entry if key != "rule"}, path)
    rule = RULES[name].parse(params)
    params.finish()
    return rule


def _check_place(rule: Rule, earlier: list[Rule], path: str) -> None:
    if not earlier and rule.stage is not Stage.EARN:
        raise RuleError(f"{path}.rule", _("the first rule must be one that earns, such as block"))
    if any(rule.name == other.name for other in earlier):
        raise RuleError(f"{path}.rule", _("%(rule)s is here twice", rule=rule.name))
    if earlier and rule.stage < earlier[-1].stage:
        raise RuleError(
            f"{path}.rule",
            _("%(rule)s must come before %(other)s", rule=rule.name, other=earlier[-1].name),
        )
