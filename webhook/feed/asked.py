"""Reads the query of a request to the feed, and refuses what it cannot do rather than pass over it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from directory.feed import Wanted
from directory.hours import BYDAY
from directory.places import Gazetteer

Value = TypeVar("Value")
MOST_A_PAGE, USUAL_A_PAGE = 100, 20
LAST_PAGE = 100_000
LONGEST_SEARCH = 100  # characters
OLDEST = 150  # years
PAGING = frozenset({"page", "per_page"})
SERVICE = PAGING | {"search", "taxonomy_term_id", "taxonomy_id", "minimum_age", "maximum_age", "start_time", "end_time", "day"}
PLACE = SERVICE | {"postcode"}
POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})")


class BadQuestion(ValueError):
    """The query of a request cannot be answered; the message says which part and why."""


class Question:
    """The query of one request; every method raises BadQuestion for a value it cannot take."""

    def __init__(self, args: MultiDict[str, str], known: frozenset[str]) -> None:
        """Take the query; a parameter that is not known, or is given twice, is refused."""
        for name in args:
            if name not in known:
                raise BadQuestion(f"{name} is not a parameter here")
            if len(args.getlist(name)) > 1:
                raise BadQuestion(f"{name} is given twice")
        self.args = args

    @property
    def page(self) -> tuple[int, int]:
        """Which page is asked for, counted from 1, and how many rows it may have."""
        return self._value("page", _whole(1, LAST_PAGE)) or 1, self._value("per_page", _whole(1, MOST_A_PAGE)) or USUAL_A_PAGE

    def wanted(self, gazetteer: Gazetteer) -> Wanted:
        """What is asked of services; a postcode is turned into the area it lies in, and kept nowhere."""
        return Wanted(
            search=self._value("search", _search),
            taxonomy_term_id=self.args.get("taxonomy_term_id"),
            taxonomy_id=self.args.get("taxonomy_id"),
            minimum_age=self._value("minimum_age", _age),
            maximum_age=self._value("maximum_age", _age),
            opens=self._value("start_time", _clock),
            closes=self._value("end_time", _clock),
            day=self._value("day", _day),
            area=self._value("postcode", lambda text: _area(text, gazetteer)),
        )

    def _value(self, name: str, read: Callable[[str], Value]) -> Value | None:
        text = self.args.get(name)
        if text is None:
            return None
        try:
            return read(text)
        except ValueError as error:
            raise BadQuestion(f"{name}: {error}") from error


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"not a whole number from {least} to {most}")
        return int(text)

    return read


def _search(text: str) -> str:
    if len(text) > LONGEST_SEARCH or "\0" in text:
        raise ValueError(f"longer than {LONGEST_SEARCH} characters, or not text")
    return text


def _age(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", text) or float(text) > OLDEST:
        raise ValueError(f"not an age in years from 0 to {OLDEST}")
    return float(text)


def _clock(text: str) -> str:
    if not re.fullmatch(r"[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?", text):
        raise ValueError("not a time such as 09:30")
    return time.fromisoformat(text).strftime("%H:%M")


def _day(text: str) -> str:
    if text not in BYDAY:
        raise ValueError(f"not one of {', '.join(BYDAY)}")
    return text


def _area(text: str, gazetteer: Gazetteer) -> str:
    match = POSTCODE.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError("not a full postcode such as DY1 1AA")
    return gazetteer.find("", (f"{match[1]} {match[2]}",)) or "nowhere we know"
