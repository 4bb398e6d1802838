"""Some kinds of activity pay more, or less."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from incentive.rules.domain import Fact, Figures, Rule, Stage, Words
from incentive.rules.params import Params


@dataclass(frozen=True, slots=True)
class MultiplierKind(Rule):
    """`percents` of the points by kind of activity, rounded down; other kinds unchanged."""

    percents: Mapping[str, int]

    name: ClassVar[str] = "multiplier_kind"
    stage: ClassVar[Stage] = Stage.MULTIPLY
    looks_at: ClassVar[frozenset[str]] = frozenset({"kind"})
    words: ClassVar[Words] = {
        "zh": {"": "“{kind}”类活动按 {percent}% 计，舍去零头：{before} 分 → {after} 分"},
        "en": {"": "“{kind}” pays {percent}%, rounded down: {before:point} → {after:point}"},
    }
    terms: ClassVar[Mapping[str, str]] = {
        "zh": "按活动类别计：{percents}，舍去零头；其他类别不变",
        "en": "By kind of activity, rounded down: {percents}; other kinds unchanged",
    }

    @classmethod
    def parse(cls, params: Params) -> Self:
        """Take `percents`: kind -> 0 to 1,000 percent."""
        return cls(percents=params.percents("percents"))

    def apply(self, fact: Fact, points: int) -> tuple[int, Figures] | None:
        """Multiply for a kind that is listed."""
        percent = self.percents.get(fact.kind)
        if percent is None:
            return None
        return points * percent // 100, {"kind": fact.kind, "percent": percent}
