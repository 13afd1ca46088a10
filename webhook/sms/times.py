"""Safe times as people type them, read into windows that can be kept; what could mean two things is asked, never guessed.

"tues morning", "after 9 when hes at work", "not weekends", "any time b4 3". Dates are read by dateparser; the words and
the grammar it lacks are in `lexicon.py` and `grammar.py`. Everything is in London time, right over clock changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product
from typing import Literal

import dateparser

from webhook.handoff.windows import LEAST_OVERLAP, LONDON, Window, joined
from webhook.sms.grammar import Group, Reader, Span, Unreadable, clocks_in, edge_minutes, without_reasons
from webhook.sms.lexicon import Lexicon, Token
from webhook.sms.windows import still_possible, without

DAYS_READ = 7  # a day's name means one day only within a week
DAY_BEGINS, DAY_ENDS, DAY = 8 * 60, 21 * 60, 24 * 60  # "any time" is the waking day; it is read back, and can only narrow
LONGEST_UNSAID = 12 * 60  # a time without am or pm is not read into a span longer than this
MOST_MEANINGS = 64
MARK = "\0"  # where the answer goes in a template

Question = Literal["half", "noon", "until", "hours", "date", "none"]
Meant = dict[Token, int]
Minutes = tuple[int, int]


@dataclass(frozen=True)
class Unclear:
    """What must be asked before a text can be read: the question, the text with a mark where its answer goes, the time it is about."""

    question: Question
    template: str = ""
    minutes: int = 0


def read_times(lexicon: Lexicon, text: str, now: datetime, possible: list[Window]) -> tuple[Window, ...] | Unclear | None:
    """Return the windows a normalised text names, within what is `possible`; what must be asked; or None when it cannot be read."""
    try:
        groups = Reader(without_reasons(lexicon.cut(text))).read()
        return _Meaning(text, groups, now, possible).settle()
    except Unreadable:
        return None


@dataclass(frozen=True)
class _Meaning:
    """The groups of one text, weighed against the calendar and what is possible."""

    text: str
    groups: list[Group]
    now: datetime
    possible: list[Window]

    def settle(self) -> tuple[Window, ...] | Unclear:
        """Try every meaning of its times; only when one is left is it read."""
        asked = self._dates_unclear() or self._hours_unclear()
        if asked is not None:
            return asked
        clocks = list(clocks_in(self.groups))
        meanings = [dict(zip(clocks, values, strict=True)) for values in islice(product(*(clock.value for clock in clocks)), MOST_MEANINGS)]
        found = {windows: meant for meant in meanings if (windows := self._windows(meant))}
        if not found:
            return Unclear("none")
        if len(found) > 1:
            return self._which(clocks, list(found.values()))
        return self._open_ended(next(iter(found.values()))) or next(iter(found))

    def _dates_unclear(self) -> Unclear | None:
        for token in (token for group in self.groups for token in group.days):
            if token.kind == "next" or self._dates(token) is None:
                return Unclear("date", f"{self.text[: token.start]}{MARK}{self.text[token.end :]}")
        return None

    def _hours_unclear(self) -> Unclear | None:
        wanted = [group for group in self.groups if not group.negative]
        excepted = [group for group in self.groups if group.negative]
        if any(group.days and group.times for group in excepted) and not (wanted and not self.groups[0].negative):
            raise Unreadable("an exception from nothing")
        untimed = [group for group in wanted if not group.times and not group.any_time]
        if len(untimed) < len(wanted) and untimed:
            raise Unreadable("a day without a time beside one with")
        if untimed or (not wanted and not any(group.times for group in excepted)):
            return Unclear("hours", f"{self.text}, {MARK}")
        return None

    def _which(self, clocks: list[Token], meanings: list[Meant]) -> Unclear:
        """Ask about the first time whose two meanings are both possible."""
        clock = next(clock for clock in clocks if len({meant[clock] for meant in meanings}) > 1)
        question: Question = "noon" if clock.value[1] == DAY // 2 else "half"
        return Unclear(question, f"{self.text[: clock.start]}{MARK}{self.text[clock.end :]}", clock.value[0])

    def _open_ended(self, meant: Meant) -> Unclear | None:
        """Ask until when, for a time that only begins."""
        for group in self.groups:
            for spans in group.times:
                start = spans[-1].start
                if not group.negative and len(spans) == 1 and spans[0].end is None and isinstance(start, Token):
                    said = f"{written(meant.get(start, start.value[0]))} until {MARK}"
                    return Unclear("until", f"{self.text[: start.start]}{said}{self.text[start.end :]}", meant.get(start, start.value[0]))
        return None

    def _windows(self, meant: Meant) -> tuple[Window, ...]:
        """The windows in one meaning; none when any part of it makes no sense."""
        wanted = [group for group in self.groups if not group.negative] or [Group(any_time=True)]
        chosen: list[Window] = []
        for group in wanted:
            windows = still_possible(self._of(group, meant), self.possible)
            if not windows:
                return ()
            chosen += windows
        excepted = [window for group in self.groups if group.negative for window in self._of(group, meant)]
        if any(group.negative and group.times and not _spans(group, meant) for group in self.groups):
            return ()
        left = without(joined(chosen), excepted)
        return tuple(window for window in left if window.end - window.start >= LEAST_OVERLAP)

    def _of(self, group: Group, meant: Meant) -> list[Window]:
        """Every window of a group, possible or not."""
        today = self.now.astimezone(LONDON).date()
        days = {day for token in group.days for day in self._dates(token) or ()} or {today + timedelta(days=n) for n in range(DAYS_READ)}
        return [_window(day, minutes) for day in sorted(days) for minutes in _spans(group, meant)]

    def _dates(self, token: Token) -> list[date] | None:
        """The dates a day's name or a date means in the coming week; None when it must be asked."""
        today = self.now.astimezone(LONDON).date()
        week = [today + timedelta(days=n) for n in range(DAYS_READ)]
        if token.kind in ("day", "days"):
            days = [day for day in week if day.weekday() in token.value]
            return None if token.kind == "day" and days == [today] else days
        said = token.value if token.value in ("today", "tomorrow") else self.text[token.start : token.end].removeprefix("the ")
        settings = {"RELATIVE_BASE": self.now.astimezone(LONDON).replace(tzinfo=None), "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"}
        read = dateparser.parse(said, languages=["en"], settings=settings)
        if read is None or not today <= read.date() <= today + timedelta(days=DAYS_READ):
            return None
        return None if isinstance(token.value, frozenset) and read.weekday() not in token.value else [read.date()]


def written(minutes: int) -> str:
    """Return a time of day so that it can be read in one way only."""
    if minutes % (DAY // 2) == 0:
        return "12 noon" if minutes == DAY // 2 else "12 midnight"
    return f"{minutes // 60 % 12 or 12}:{minutes % 60:02d}{'am' if minutes < DAY // 2 else 'pm'}"


def _spans(group: Group, meant: Meant) -> list[Minutes]:
    """The times of a group in minutes; empty when one of them makes no sense."""
    if not group.times:
        return [(0, DAY)] if group.negative else [(DAY_BEGINS, DAY_ENDS)]
    found = []
    for spans in group.times:
        pieces = [piece for span in spans if (piece := _minutes(span, meant))]
        said = {meant[edge] for span in spans for edge in (span.start, span.end) if isinstance(edge, Token) and edge in meant}
        start, end = max(piece[0] for piece in pieces) if pieces else 0, min(piece[1] for piece in pieces) if pieces else 0
        if len(pieces) < len(spans) or start >= end or (len(spans) > 1 and not all(start <= edge <= end for edge in said)):
            return []
        found.append((start, end))
    return found


def _minutes(span: Span, meant: Meant) -> Minutes | None:
    """A span in minutes, its end beyond the day when it crosses midnight; None when that is longer than people leave unsaid."""
    start, end = edge_minutes(span.start, meant), edge_minutes(span.end, meant)
    if end is None:
        return (start or 0, DAY)
    end = end or DAY
    if start is None:
        return (DAY_BEGINS if end > DAY_BEGINS else 0, end)
    length = (end - start) % DAY
    unsaid = any(edge in meant for edge in (span.start, span.end) if isinstance(edge, Token))
    return (start, start + length) if length and not (unsaid and length > LONGEST_UNSAID) else None


def _window(day: date, minutes: Minutes) -> Window:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - by the wall clock, before it is placed in London
    return Window(*((midnight + timedelta(minutes=edge)).replace(tzinfo=LONDON).astimezone(UTC) for edge in minutes))
