"""Geometry of a chart that the server draws: SVG by presentation attributes and classes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 240
_LEFT: Final = 64
_TOP: Final = 12
_BOTTOM: Final = 28
_STEPS: Final = 4
# How wide a letter of a label is about, at its size: a Chinese one, and any other; and between two.
_WIDE, _NARROW, _GAP = 12.5, 7.5, 10
_FIRST_WIDE: Final = "\u2e80"


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
    # As many labels as do not run into each other; the latest is always there.
    widest = max((_width(words) for words in labels), default=0)
    edge = WIDTH - widest / 2
    drawn_in = max(middles[-1] - edge, 0) if middles else 0
    every = ceil((widest + _GAP + drawn_in) / slot)
    return Chart(
        bars,
        points,
        [Mark(y(level), f"{level:,}") for level in range(low, high + 1, step)],
        [
            Mark(round(min(middles[n], edge), 1), words)
            for n, words in enumerate(labels)
            if (len(labels) - 1 - n) % every == 0
        ],
        y(0),
    )


def _width(words: str) -> float:
    return sum(_WIDE if letter >= _FIRST_WIDE else _NARROW for letter in words)


def _round_up(span: int) -> int:
    """Return a step of 1, 2 or 5 times a power of ten, so that a few steps cover `span`."""
    least = max(1, -(-span // _STEPS))
    power = int(10 ** (len(str(least)) - 1))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least)
