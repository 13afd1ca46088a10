"""Which counts of a month may be shown: none under five, and none from which one under five could be worked out.

A month is the sum of four weeks (days 1–7, 8–14, 15–21, and the rest) and a week the sum of its days; that is the only way in
which shown numbers add up (docs/monitoring.md). Where a part is under five, the next part that is not is hidden with it. So
for every hidden count under five there is another month in which it is nought, its conversations are in that other part, and
exactly the same is shown: nobody can tell from a page that there was somebody. Nought is hidden too, for the same reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 5
WEEK = 7
WEEKS = 4  # the last is as long as the month needs


@dataclass(frozen=True)
class Shown:
    """A month's counts of one fact as they may be read; None where a count is not shown."""

    month: int | None
    weeks: tuple[int | None, ...]
    days: tuple[int | None, ...]


def show(days: Sequence[int]) -> Shown:
    """Return what may be shown of a month, from the counts of its days in order."""
    parts = [list(days[start:end]) for start, end in week_bounds(len(days))]
    month = sum(days) if sum(days) >= LEAST else None
    weeks = keep([sum(part) for part in parts], whole=month is not None)
    kept = [keep(part, whole=week is not None) for part, week in zip(parts, weeks, strict=True)]
    return Shown(month, tuple(weeks), tuple(day for part in kept for day in part))


def keep(parts: Sequence[int], *, whole: bool) -> list[int | None]:
    """Return the parts that may be shown beside their sum; none of them where the sum itself (`whole`) is not shown."""
    if not whole:
        return [None] * len(parts)
    small = [place for place, part in enumerate(parts) if part < LEAST]
    if not small:
        return list(parts)
    following = [*range(small[0], len(parts)), *range(small[0])]
    covered = next((place for place in following if parts[place] >= LEAST), None)
    return [None if place == covered or part < LEAST else part for place, part in enumerate(parts)]


def week_bounds(length: int) -> list[tuple[int, int]]:
    """Return where each week of a month of so many days starts and ends, counted from nought."""
    return [(WEEK * number, length if number == WEEKS - 1 else WEEK * (number + 1)) for number in range(WEEKS)]
