"""Where the bars of a picture are, in the picture's own units; the templates draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 640
LABELS, NUMBERS = 265, 90  # room left of the bars, and right of them
ROW, THICK = 24, 15
TALL, FOOT = 150, 20  # of a picture of days: the bars, and the line of days under them


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, its count (None: not shown), and its place."""

    label: str
    count: int | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Picture:
    """Bars in a field of so many units."""

    bars: tuple[Bar, ...]
    width: float
    height: float


def rows(counts: Sequence[tuple[str, int | None]]) -> Picture:
    """Return a lying bar for each label, longest for the greatest count, in the order given."""
    longest, room = _greatest([count for _, count in counts]), WIDTH - LABELS - NUMBERS
    bars = [Bar(label, count, LABELS, place * ROW, room * (count or 0) / longest, THICK) for place, (label, count) in enumerate(counts)]
    return Picture(tuple(bars), WIDTH, ROW * len(counts))


def columns(counts: Sequence[int | None]) -> Picture:
    """Return a standing bar for each day of a month."""
    highest, step = _greatest(counts), WIDTH / max(1, len(counts))
    heights = [TALL * (count or 0) / highest for count in counts]
    bars = [
        Bar(str(day + 1), count, day * step, TALL - height, step * 0.8, height)
        for day, (count, height) in enumerate(zip(counts, heights, strict=True))
    ]
    return Picture(tuple(bars), WIDTH, TALL + FOOT)


def _greatest(counts: Sequence[int | None]) -> int:
    return max([count for count in counts if count], default=1)
