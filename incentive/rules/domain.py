"""The value types that rules speak in, and what every rule is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import ClassVar, NamedTuple, Self

from incentive.rules.params import Params

MINUTES_MAX = 31 * 24 * 60
"""No service is longer than a month; a longer one is a fault of the record."""

Figures = Mapping[str, int | str]
Words = Mapping[str, Mapping[str, str]]
"""Language (`zh`, `en`) -> case ("" when a rule has only one) -> template."""


class Stage(IntEnum):
    """The order in which rules work. Caps come last, so nothing ever exceeds a cap."""

    EARN = 1
    MULTIPLY = 2
    BONUS = 3
    CAP = 4


class Fact(NamedTuple):
    """A verified service of `person` on `day`, with what has been paid before it.

    `person` and `activity` are opaque keys. The sums `paid_*` are in points, as
    awarded to this person before this fact: on the same day, in the same month,
    for the same activity. `first` says that no award of more than 0 points
    precedes it. A sum that no rule of a set `looks_at` may be left out for that set.
    """

    person: str
    activity: str
    kind: str
    day: date
    minutes: int
    paid_that_day: int = 0
    paid_that_month: int = 0
    paid_for_activity: int = 0
    first: bool = False

    def check(self) -> None:
        """Pass a fact that can be.

        Raises:
            ValueError: `minutes` is not within 0 and MINUTES_MAX, or a sum is negative.
        """
        if not 0 <= self.minutes <= MINUTES_MAX:
            raise ValueError(f"minutes must be 0 to {MINUTES_MAX}, not {self.minutes}")
        if min(self.paid_that_day, self.paid_that_month, self.paid_for_activity) < 0:
            raise ValueError("points paid before cannot be negative")


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule did: points `before` and `after` it, and the figures it used."""

    rule: str
    before: int
    after: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Award:
    """Whole points, 0 or more, and the steps that led to them."""

    points: int
    steps: tuple[Step, ...]

    def explain(self) -> list[dict[str, object]]:
        """Return the steps as JSON holds them; `explain.words` puts them in words."""
        return [
            {
                "rule": step.rule,
                "before": step.before,
                "after": step.after,
                "figures": dict(step.figures),
            }
            for step in self.steps
        ]


class Rule(ABC):
    """One earning rule with its parameters.

    For every fact, more points in may never give fewer points out, and none may
    give less than 0: the awards stay monotone because each rule is.
    """

    __slots__ = ()

    name: ClassVar[str]
    stage: ClassVar[Stage]
    words: ClassVar[Words]
    """What a step of it is told as."""
    terms: ClassVar[Mapping[str, str]]
    """Language -> what it is announced as, with its parameters."""
    looks_at: ClassVar[frozenset[str]]
    """The fields of a fact that decide what it does: facts alike in these are paid alike."""

    @classmethod
    @abstractmethod
    def parse(cls, params: Params) -> Self:
        """Take this rule's parameters; raise RuleError for one that cannot be used."""

    @abstractmethod
    def apply(self, fact: Fact, points: int) -> tuple[int, Figures] | None:
        """Return the points after this rule and its figures; None when it has no say."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in the order in which they work; made by `parsing.parse`."""

    rules: tuple[Rule, ...]

    @property
    def looks_at(self) -> frozenset[str]:
        """Return the fields of a fact that decide its award."""
        return frozenset[str]().union(*(rule.looks_at for rule in self.rules))
