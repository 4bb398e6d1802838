"""Put an award's steps in words, in Chinese and English."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from incentive.rules.domain import Words
from incentive.rules.registry import RULES

LANGUAGES = ("zh", "en")

# For awards that a rule paid which has since been taken out of the program.
_OTHER: Words = {
    "zh": {"": "规则“{rule}”：{before} 分 → {after} 分"},
    "en": {"": "Rule “{rule}”: {before:point} → {after:point}"},
}


_IN_FORCE = {"zh": "依据 {day} 起生效的规则。", "en": "By the rules in force from {day}."}


class Count(int):
    """A number that a template may follow with its noun: `{points:point}` -> "15 points"."""

    def __format__(self, noun: str) -> str:
        number = int.__str__(self)
        if not noun:
            return number
        return f"{number} {noun}" if self == 1 else f"{number} {noun}s"


def words(explanation: Sequence[Mapping[str, Any]], language: str = "zh") -> list[str]:
    """Return a sentence per step of `explanation`, as `Award.explain()` gives it.

    `language` is a locale such as `zh`, `zh_Hans_CN` or `en-GB`; anything that is
    not English is answered in Chinese.
    """
    spoken = speech(language)
    return [_sentence(step, spoken) for step in explanation]


def in_force(day: date, language: str = "zh") -> str:
    """Return a sentence on since when the rules of an award are in force."""
    return _IN_FORCE[speech(language)].format(day=day.isoformat())


def speech(language: str) -> str:
    """Return which of LANGUAGES a locale is answered in."""
    return "en" if language[:2].lower() == "en" else "zh"


def _sentence(step: Mapping[str, Any], language: str) -> str:
    figures = {
        **step["figures"],
        "rule": step["rule"],
        "before": step["before"],
        "after": step["after"],
    }
    counted = {
        name: Count(value) if isinstance(value, int) else value for name, value in figures.items()
    }
    rule = RULES.get(step["rule"])
    templates = (rule.words if rule else _OTHER)[language]
    template = templates.get(str(figures.get("case", "")))
    try:
        return (template or _OTHER[language][""]).format_map(counted)
    except KeyError:  # paid under an earlier form of the rule, with other figures
        return _OTHER[language][""].format_map(counted)
