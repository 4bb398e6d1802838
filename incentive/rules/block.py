"""Points per full block of minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from incentive.rules.domain import Fact, Figures, Rule, Stage, Words
from incentive.rules.params import Params

BLOCK_MINUTES_MAX = 24 * 60


@dataclass(frozen=True, slots=True)
class Block(Rule):
    """`block_points` for every full `block_minutes`; a part block earns nothing.

    "10 points an hour" is 1 point per 6 minutes rather than 10 per 60, so that 90
    minutes pay 15 points and not 10: people read the rate as a rate.
    """

    block_minutes: int
    block_points: int

    name: ClassVar[str] = "block"
    stage: ClassVar[Stage] = Stage.EARN
    looks_at: ClassVar[frozenset[str]] = frozenset({"minutes"})
    words: ClassVar[Words] = {
        "zh": {"": "{minutes} 分钟，每 {block_minutes} 分钟 {block_points} 分 → {after} 分"},
        "en": {
            "": "{minutes:minute} at {block_points:point} per {block_minutes:minute} → {after:point}"
        },
    }
    terms: ClassVar[Mapping[str, str]] = {
        "zh": "每满 {block_minutes} 分钟得 {block_points} 分，不满不计",
        "en": "{block_points:point} for every full {block_minutes:minute}; a part earns nothing",
    }

    @classmethod
    def parse(cls, params: Params) -> Self:
        """Take `block_minutes` (1 to a day) and `block_points`."""
        return cls(
            block_minutes=params.whole("block_minutes", low=1, high=BLOCK_MINUTES_MAX),
            block_points=params.whole("block_points"),
        )

    def apply(self, fact: Fact, points: int) -> tuple[int, Figures]:
        """Add the points of the full blocks in the fact's minutes."""
        figures = {
            "minutes": fact.minutes,
            "block_minutes": self.block_minutes,
            "block_points": self.block_points,
        }
        return points + fact.minutes // self.block_minutes * self.block_points, figures
