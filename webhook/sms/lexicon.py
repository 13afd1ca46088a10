"""The words people type times with, and how a text is cut into them. Source of the words: data/sms/times.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

import yaml

FILE = Path("data/sms/times.yml")
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
JOINS = ("after", "before", "until", "between", "to", "at", "and", "except", "but", "any_time", "next", "filler", "reason")

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_DATE = rf"\d{{1,2}}/\d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|(?:the )?\d{{1,2}}(?:st|nd|rd|th)|(?:the )?day after tomorrow"
_CLOCK = r"12 ?(?:noon|midday|midnight)|half (?:past )?\d{1,2}|quarter (?:past|to) \d{1,2}|\d{1,2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?\b)?(?:ish)?(?![\d/])|\d{4}(?!\d)"
_CLOCK_PART = re.compile(
    r"(?:(?P<half>half) (?:past )?|(?P<quarter>quarter) (?P<way>past|to) )?(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?(?: ?(?P<apm>[ap])\.?m\.?)?(?:ish)?$"
)


@dataclass(frozen=True)
class Token:
    """One piece of a text: its kind, what it stands for, and where it was."""

    kind: str
    value: Any
    start: int
    end: int


@dataclass(frozen=True)
class Lexicon:
    """Every known word or phrase with its kind and value, and one pattern that finds them, the longest first."""

    known: dict[str, tuple[str, Any]]
    pattern: re.Pattern[str]

    @classmethod
    def load(cls, root: Path) -> Lexicon:
        """Read data/sms/times.yml under `root`."""
        body = yaml.safe_load((root / FILE).read_text("utf-8"))
        known: dict[str, tuple[str, Any]] = {}
        for kind in JOINS:
            known |= dict.fromkeys(body[kind], (kind, None))
        for name, words in body["part_words"].items():
            known |= {word: ("part", tuple(_minutes(edge) for edge in body["parts"][name])) for word in words}
        known |= {f"this {word}": ("today", edges) for word, (kind, edges) in list(known.items()) if kind == "part"}
        known |= {word: ("today", known[word][1]) for word in body["part_words"]["tonight"]}
        for name, words in body["days"].items():
            known |= {word: ("day", frozenset({DAY_NAMES.index(name)})) for word in words}
        known |= {word: ("days", frozenset(range(5))) for word in body["weekdays"]}
        known |= {word: ("days", frozenset({5, 6})) for word in body["weekends"]}
        known |= {word: ("days", frozenset(range(7))) for word in body["every_day"]}
        known |= {word: ("date", name) for name in ("today", "tomorrow") for word in body[name]}
        known |= dict.fromkeys(body["noon"], ("clock", (720,))) | dict.fromkeys(body["midnight"], ("clock", (1440,)))
        phrases = "|".join(re.escape(word) + (r"(?![a-z])" if word[-1].isalnum() else "") for word in sorted(known, key=len, reverse=True))
        return cls(
            known,
            re.compile(
                rf"(?P<date>{_DATE})(?![a-z])|(?P<clock>{_CLOCK})(?![a-z])|(?P<word>{phrases})|(?P<mark>[,;.&+/]|\s+)|(?P<other>\S+?(?=\s|[,;.]|$))"
            ),
        )

    def cut(self, text: str) -> list[Token]:
        """Return the tokens of a normalised text in order; what is not known is a token of kind `other`."""
        return [self._token(match) for match in self.pattern.finditer(text) if not match[0].isspace()]

    def _token(self, match: re.Match[str]) -> Token:
        kind: str = match.lastgroup or "other"
        value: Any = match[0]
        if kind == "word":
            kind, value = self.known[match[0]]
        elif kind == "clock":
            value = clock_candidates(match[0])
            kind = "clock" if value else "other"
        elif kind == "mark" and value in "&+/":
            kind = "and"
        return Token(kind, value, *match.span())


def clock_candidates(text: str) -> tuple[int, ...]:
    """Return the minutes after midnight a time of day may mean: one, or two when morning and night are both possible."""
    if text.startswith("12") and text.endswith(("noon", "day", "night")):
        return (24 * 60,) if text.endswith("night") else (12 * 60,)
    match = _CLOCK_PART.match(text)
    if match is None:
        return ()
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    minute, hour = (
        (30, hour) if match["half"] else (15, hour) if match["way"] == "past" else (45, hour - 1) if match["way"] == "to" else (minute, hour)
    )
    if hour > 24 or minute > 59 or (match["apm"] and not 1 <= hour <= 12):
        return ()
    if match["apm"]:
        return (hour % 12 * 60 + minute + (720 if match["apm"] == "p" else 0),)
    if hour > 12 or hour == 0 or (len(match["hour"]) == 2 and match["hour"].startswith("0")):
        return (hour * 60 + minute,)
    return (hour % 12 * 60 + minute, hour % 12 * 60 + minute + 720)


def _minutes(edge: str) -> int:
    hour, _, minute = edge.partition(":")
    return int(hour) * 60 + int(minute)


def as_time(minutes: int) -> time:
    """Return minutes after midnight as a time of day; the end of the day is midnight."""
    return time(minutes // 60 % 24, minutes % 60)
