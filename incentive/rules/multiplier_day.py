"""Weekends and public holidays pay more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from incentive.rules.domain import Fact, Figures, Rule, Stage, Words
from incentive.rules.params import PERCENT_MAX, Params

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class MultiplierDay(Rule):
    """A percentage of the points on holidays, another on weekends, rounded down.

    A holiday on a weekend pays the holiday's rate, not both. `workdays` are the
    weekend days that are worked in exchange for a holiday (调休): they pay nothing
    extra. The dates are published anew each year, so they are parameters.
    """

    weekend_percent: int
    holiday_percent: int
    holidays: frozenset[date]
    workdays: frozenset[date]

    name: ClassVar[str] = "multiplier_day"
    stage: ClassVar[Stage] = Stage.MULTIPLY
    looks_at: ClassVar[frozenset[str]] = frozenset({"day"})
    words: ClassVar[Words] = {
        "zh": {
            "weekend": "{day} 是周末，按 {percent}% 计，舍去零头：{before} 分 → {after} 分",
            "holiday": "{day} 是节假日，按 {percent}% 计，舍去零头：{before} 分 → {after} 分",
        },
        "en": {
            "weekend": "{day} is a weekend: {percent}%, rounded down: {before:point} → {after:point}",
            "holiday": "{day} is a holiday: {percent}%, rounded down: {before:point} → {after:point}",
        },
    }
    terms: ClassVar[Mapping[str, str]] = {
        "zh": "周末按 {weekend_percent}% 计，节假日按 {holiday_percent}% 计，舍去零头。节假日：{holidays}。调休上班：{workdays}",
        "en": "Weekends pay {weekend_percent}%, holidays {holiday_percent}%, rounded down. Holidays: {holidays}. Weekend days worked: {workdays}",
    }

    @classmethod
    def parse(cls, params: Params) -> Self:
        """Take the two percentages (100 when absent) and the two lists of dates."""
        return cls(
            weekend_percent=params.whole("weekend_percent", high=PERCENT_MAX, default=100),
            holiday_percent=params.whole("holiday_percent", high=PERCENT_MAX, default=100),
            holidays=params.dates("holidays"),
            workdays=params.dates("workdays"),
        )

    def apply(self, fact: Fact, points: int) -> tuple[int, Figures] | None:
        """Multiply on a holiday or a weekend."""
        if fact.day in self.holidays:
            case, percent = "holiday", self.holiday_percent
        elif fact.day.weekday() >= SATURDAY and fact.day not in self.workdays:
            case, percent = "weekend", self.weekend_percent
        else:
            return None
        figures: Figures = {"case": case, "day": fact.day.isoformat(), "percent": percent}
        return points * percent // 100, figures
