"""Windows a person chose by text: read back in few words, and kept exactly as she said, never wider."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from webhook.handoff.windows import LONDON, Window, clock, joined

LONGEST_READ_BACK = 170  # places: what is left of two segments beside the question and what may stand before it


def read_back(windows: Iterable[Window]) -> str:
    """Return windows in few plain words, such as `Tue 24 Nov 9am-12 noon; Thu-Sat 1pm-3pm`."""
    days: dict[date, list[str]] = {}
    for window in sorted(windows):
        start, end = window.start.astimezone(LONDON), window.end.astimezone(LONDON)
        days.setdefault(start.date(), []).append(f"{clock(start.time())}-{clock(end.time())}")
    alike: dict[str, list[date]] = {}
    for day, hours in days.items():
        alike.setdefault(" and ".join(hours), []).append(day)
    return "; ".join(f"{_named(group)} {hours}" for hours, group in alike.items())


def _named(days: list[date]) -> str:
    """The days by name: one with its date, three or more in a row as first to last."""
    if len(days) == 1:
        return f"{days[0]:%a} {days[0].day} {days[0]:%b}"
    in_a_row = (days[-1] - days[0]).days == len(days) - 1
    return f"{days[0]:%a}-{days[-1]:%a}" if len(days) > 2 and in_a_row else ", ".join(f"{day:%a}" for day in days)


def still_possible(windows: Iterable[Window], possible: list[Window]) -> tuple[Window, ...]:
    """Return what of the chosen windows can still be kept."""
    cut = [Window(max(a.start, b.start), min(a.end, b.end)) for a in windows for b in joined(possible)]
    return tuple(window for window in cut if window.start < window.end)


def without(windows: list[Window], excepted: list[Window]) -> list[Window]:
    """Return what is left of `windows` when `excepted` are taken out."""
    for hole in excepted:
        pieces = [(Window(window.start, min(window.end, hole.start)), Window(max(window.start, hole.end), window.end)) for window in windows]
        windows = [piece for pair in pieces for piece in pair if piece.start < piece.end]
    return windows
