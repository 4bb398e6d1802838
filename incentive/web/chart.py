"""Geometry of a chart that the server draws: SVG by presentation attributes and classes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 240
_LEFT: Final = 64
_TOP: Final = 12
_BOTTOM: Final = 28
_STEPS: Final = 4
_LABELS_MAX: Final = 13


@dataclass(frozen=True, slots=True)
class Bar:
    """One value: which series (from 0), where it stands, and its words."""

    series: int
    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars or a line, lines across with their values, and labels below."""

    bars: list[Bar]
    line: str
    levels: list[Mark]
    labels: list[Mark]
    zero: float


def chart(labels: Sequence[str], series: Sequence[Sequence[int]], *, line: bool) -> Chart:
    """Lay out `series` (each as long as `labels`) side by side, or the one of them as a line.

    Values below zero hang from the line of zero.
    """
    values = [0, *(value for one in series for value in one)]
    step = _round_up(max(values) - min(values))
    # Whole steps that hold every value, and zero.
    low = min(values) // step * step
    high = max(low + step, -(-max(values) // step) * step)
    room = HEIGHT - _TOP - _BOTTOM

    def y(value: float) -> float:
        return round(_TOP + room * (high - value) / (high - low), 1)

    slot = (WIDTH - _LEFT) / max(len(labels), 1)
    middles = [round(_LEFT + slot * (place + 0.5), 1) for place in range(len(labels))]
    each = slot * 0.8 / max(len(series), 1)
    bars = [
        Bar(
            number,
            round(middles[place] - slot * 0.4 + each * number, 1),
            y(max(value, 0)),
            round(each * 0.9, 1),
            round(abs(y(value) - y(0)), 1),
            f"{labels[place]}: {value:,}",
        )
        for number, one in enumerate([] if line else series)
        for place, value in enumerate(one)
    ]
    points = " ".join(
        f"{middles[n]},{y(value)}" for n, value in enumerate(series[0] if line else ())
    )
    every = -(-len(labels) // _LABELS_MAX) or 1
    return Chart(
        bars,
        points,
        [Mark(y(level), f"{level:,}") for level in range(low, high + 1, step)],
        [Mark(middles[n], words) for n, words in enumerate(labels) if n % every == 0],
        y(0),
    )


def _round_up(span: int) -> int:
    """Return a step of 1, 2 or 5 times a power of ten, so that a few steps cover `span`."""
    least = max(1, -(-span // _STEPS))
    power = int(10 ** (len(str(least)) - 1))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least)
