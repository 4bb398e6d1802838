"""Say what a rule set is, in Chinese and English, before it has paid anybody."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from incentive.rules.domain import Rule, RuleSet
from incentive.rules.explain import Count, speech

_NONE = {"zh": "无", "en": "none"}


def describe(rule_set: RuleSet, language: str = "zh") -> list[str]:
    """Return a sentence per rule of the set, in the order in which they work.

    `language` is read as `explain.words` reads it.
    """
    spoken = speech(language)
    return [_terms(rule, spoken) for rule in rule_set.rules]


def _terms(rule: Rule, language: str) -> str:
    named: Any = rule
    figures = {field.name: _figure(getattr(rule, field.name), language) for field in fields(named)}
    return rule.terms[language].format_map(figures)


def _figure(value: Any, language: str) -> Any:
    match value:
        case int():
            return Count(value)
        case Mapping():
            return ", ".join(f"{name} {percent}%" for name, percent in value.items())
        case _:
            return ", ".join(sorted(map(str, value))) or _NONE[language]
