"""Reads the tokens of a text about times into groups: on which days, between which times, and whether it is those or all but those.

A text that can be read in two ways is not read at all: the question is asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from webhook.sms.lexicon import Token

DAY_KINDS = ("day", "days", "date", "today", "next")
TIME_KINDS = ("clock", "part")
NIGHT, EARLY = 21 * 60, 6 * 60  # minutes: "2 at night" is early, "10 at night" is late


@dataclass(frozen=True)
class Span:
    """From one time to another; None is an open side. An edge is a token when it may mean two times, else minutes."""

    start: Token | int | None
    end: Token | int | None


@dataclass
class Group:
    """Days and times that belong together; `times` are alternatives, each a list of spans that must all hold."""

    negative: bool = False
    days: list[Token] = field(default_factory=list)
    times: list[list[Span]] = field(default_factory=list)
    any_time: bool = False

    @property
    def empty(self) -> bool:
        """True when it says nothing yet."""
        return not (self.days or self.times or self.any_time)


class Unreadable(Exception):
    """The text holds something that is not understood, or could be read in two ways."""


def without_reasons(tokens: list[Token]) -> list[Token]:
    """Return the tokens without filler, and without reasons such as "when hes at work"; raises Unreadable for a time inside one."""
    kept: list[Token] = []
    reason = False
    for token in tokens:
        if token.kind == "reason":
            reason = True
        elif token.kind in ("mark", "but") and reason:
            reason = False
            kept.append(token)
        elif reason and token.kind in (*DAY_KINDS, *TIME_KINDS, "except", "any_time"):
            raise Unreadable("a time is inside a reason")
        elif not reason and token.kind != "filler":
            kept.append(token)
    if any(token.kind == "other" for token in kept):
        raise Unreadable("a word is not known")
    return kept


@dataclass
class Reader:
    """Walks the tokens once, filling groups."""

    tokens: list[Token]
    at: int = 0
    groups: list[Group] = field(default_factory=lambda: [Group()])
    last: str = ""  # what was read last: day, span, any, except
    joined: str = ""  # what stood between it and the next: and, mark, or nothing

    def read(self) -> list[Group]:
        """Return the groups that say something; raises Unreadable."""
        while self.at < len(self.tokens):
            self._step(self.tokens[self.at])
        groups = [group for group in self.groups if not group.empty]
        if not groups or self.last == "except":
            raise Unreadable("no time was given")
        return groups

    def _step(self, token: Token) -> None:
        if token.kind in ("and", "mark"):
            self.joined = "mark" if "mark" in (self.joined, token.kind) else "and"
            self.at += 1
        elif token.kind in ("except", "but"):
            self._turn(negative=token.kind == "except")
        elif token.kind == "any_time":
            self._any()
        elif token.kind == "today":
            self._day(Token("date", "today", token.start, token.end))
            self._span(Span(*token.value))
            self.at += 1
        elif token.kind in DAY_KINDS:
            self._day(self._days())
        else:
            self._span(self._one_span())
        if token.kind not in ("and", "mark"):
            self.joined = ""

    def _turn(self, *, negative: bool) -> None:
        self.groups.append(Group(negative=negative))
        self.last = "except" if negative else ""
        self.at += 1

    def _any(self) -> None:
        if self.groups[-1].negative:
            self.groups.append(Group())
        self.groups[-1].any_time = True
        self.last = "any"
        self.at += 1

    def _day(self, token: Token) -> None:
        group = self.groups[-1]
        if group.negative and self.last != "except":
            group = self._after_negative("day")
        elif group.days and self.last != "day":
            if not group.times:
                raise Unreadable("days in two places")
            group = self._new()
        group.days.append(token)
        self.last = "day"

    def _span(self, span: Span) -> None:
        group = self.groups[-1]
        if group.negative and self.last != "except" and self.joined:
            group = self._after_negative("span")
        times = group.times
        open_before = bool(times) and times[-1][-1].end is None and span.start is None
        if times and (open_before or (not self.joined and self.last != "except")):
            if open_before and len(times[-1]) == 1:
                times[-1] = [Span(times[-1][0].start, span.end)]
            else:
                times[-1].append(span)
        else:
            times.append([span])
        self.last = "span"

    def _after_negative(self, kind: str) -> Group:
        """More of what is excepted after "and"; a new start after a mark; anything else could be either."""
        if self.joined == "and" and self.last == kind:
            return self.groups[-1]
        if self.joined == "mark" and self.last != kind:
            return self._new()
        raise Unreadable("more after an exception could be meant or excepted")

    def _new(self) -> Group:
        self.groups.append(Group())
        return self.groups[-1]

    def _days(self) -> Token:
        """A day, or a row of days such as mon-fri."""
        first = self._take()
        if first.kind == "next":
            if self._peek() not in ("day", "days"):
                raise Unreadable("next what")
            return Token("next", None, first.start, self._take().end)
        if first.kind == "day" and self._peek() == "date":
            dated = self._take()
            return Token("date", first.value, dated.start, dated.end)
        if first.kind == "day" and self._peek() in ("to", "until") and self._peek(1) == "day":
            self._take()
            last = self._take()
            (a,), (b,) = first.value, last.value
            return Token("days", frozenset((a + offset) % 7 for offset in range((b - a) % 7 + 1)), first.start, last.end)
        return first

    def _one_span(self) -> Span:
        token = self._take()
        if token.kind == "part":
            return Span(*token.value)
        if token.kind == "clock":
            self.at -= 1
            return self._from(self._clock())
        if token.kind == "between":
            start = self._clock()
            if self._peek() not in ("and", "to"):
                raise Unreadable("between needs two times")
            self._take()
            return Span(start, self._clock())
        if token.kind in ("before", "until"):
            return Span(None, self._clock())
        if token.kind in ("after", "at"):
            return self._from(self._clock())
        raise Unreadable(f"nothing can start with {token.kind}")

    def _from(self, start: Token) -> Span:
        if self._peek() in ("to", "until"):
            self._take()
            return Span(start, self._clock())
        return Span(start, None)

    def _clock(self) -> Token:
        if self._peek() != "clock":
            raise Unreadable("a time was expected")
        clock = self._take()
        if self._peek() == "at" and self._peek(1) == "part":
            self._take()
        return self._qualified(clock) if self._peek() == "part" and len(clock.value) > 1 else clock

    def _qualified(self, clock: Token) -> Token:
        """A time with its part of the day, such as "9 in the morning", which then means one time."""
        part = self._take()
        first, second = clock.value
        early = part.value[0] < second - first or (part.value[0] >= NIGHT and first < EARLY)
        return Token("clock", (first if early else second,), clock.start, part.end)

    def _peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead].kind if self.at + ahead < len(self.tokens) else ""

    def _take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]


def clocks_in(groups: list[Group]) -> Iterator[Token]:
    """Yield every edge that may mean two times, in order."""
    for group in groups:
        for spans in group.times:
            for span in spans:
                yield from (edge for edge in (span.start, span.end) if isinstance(edge, Token) and len(edge.value) > 1)


def edge_minutes(edge: Token | int | None, meant: dict[Token, int]) -> int | None:
    """Return an edge in minutes after midnight, as it is meant; None for an open side."""
    if isinstance(edge, Token):
        return meant.get(edge, int(edge.value[0]))
    return edge
