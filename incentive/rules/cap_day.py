"""No more than so many points on one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from incentive.rules.caps import cut
from incentive.rules.domain import Fact, Figures, Rule, Stage, Words
from incentive.rules.params import Params


@dataclass(frozen=True, slots=True)
class CapDay(Rule):
    """A person gets at most `points` on one day, earlier awards included."""

    points: int

    name: ClassVar[str] = "cap_day"
    stage: ClassVar[Stage] = Stage.CAP
    looks_at: ClassVar[frozenset[str]] = frozenset({"paid_that_day"})
    words: ClassVar[Words] = {
        "zh": {"": "每日最多 {cap} 分，当日已得 {paid} 分：{before} 分 → {after} 分"},
        "en": {
            "": "At most {cap:point} on one day, {paid} already paid: {before:point} → {after:point}"
        },
    }
    terms: ClassVar[Mapping[str, str]] = {
        "zh": "每日最多 {points} 分",
        "en": "At most {points:point} on one day",
    }

    @classmethod
    def parse(cls, params: Params) -> Self:
        """Take `points`."""
        return cls(points=params.whole("points"))

    def apply(self, fact: Fact, points: int) -> tuple[int, Figures] | None:
        """Cut the points to what is left under the cap."""
        return cut(points, fact.paid_that_day, self.points)
