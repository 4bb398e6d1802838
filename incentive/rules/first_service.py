"""A welcome to those who serve for the first time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from incentive.rules.domain import Fact, Figures, Rule, Stage, Words
from incentive.rules.params import Params


@dataclass(frozen=True, slots=True)
class FirstService(Rule):
    """`points` on top of the first service that earns anything.

    A service too short to earn a point doesn't use the welcome up.
    """

    points: int

    name: ClassVar[str] = "first_service"
    stage: ClassVar[Stage] = Stage.BONUS
    looks_at: ClassVar[frozenset[str]] = frozenset({"first"})
    words: ClassVar[Words] = {
        "zh": {"": "首次服务奖励 {bonus} 分：{before} 分 → {after} 分"},
        "en": {"": "Bonus of {bonus:point} for the first service: {before:point} → {after:point}"},
    }
    terms: ClassVar[Mapping[str, str]] = {
        "zh": "首次服务另奖 {points} 分",
        "en": "A bonus of {points:point} for the first service",
    }

    @classmethod
    def parse(cls, params: Params) -> Self:
        """Take `points`, from 1."""
        return cls(points=params.whole("points", low=1))

    def apply(self, fact: Fact, points: int) -> tuple[int, Figures] | None:
        """Add the bonus once, to a service that has earned points."""
        if not fact.first or points == 0:
            return None
        return points + self.points, {"bonus": self.points}
