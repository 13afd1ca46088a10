"""The counts as they are shown: the months there are, and the words of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from flask import current_app

from webhook.counts.facts import every_fact
from webhook.counts.month import Month, bounds, latest, read_month
from webhook.helpline.words import DeskWords
from webhook.parts import Parts

NAME = "counts"
WORDS = Path("data/counts/words.yml")


@dataclass(frozen=True)
class Board:
    """What the page, the file and the command are made from."""

    linden: Parts
    words: DeskWords
    facts: tuple[str, ...]

    @classmethod
    def of(cls, linden: Parts) -> Board:
        """Return the board of a front door."""
        root = linden.config.root
        return cls(linden, DeskWords.load(root, WORDS), every_fact(root))

    @property
    def today(self) -> date:
        """The day it is where people are."""
        return self.linden.front_door.fallback.today()

    def read(self, name: str | None) -> Month:
        """Return the month of a name such as `2026-10`, or the last that is over; raises NotOver."""
        first, last = bounds(name or f"{latest(self.today):%Y-%m}", self.today)
        return read_month(self.linden.queue, self.facts, first, last)

    def beside(self, month: Month) -> tuple[str, str | None]:
        """Return the names of the month before, and of the one after if it can be shown."""
        after = month.last + timedelta(days=1)
        return f"{month.first - timedelta(days=1):%Y-%m}", f"{after:%Y-%m}" if after <= latest(self.today) else None

    def named(self, facts: tuple[str, ...], month: Month) -> list[tuple[str, int | None]]:
        """Return facts in words, each with its count of the month; what is shown comes first, the greatest on top."""
        told = [(self.word(fact), month.of(fact)) for fact in facts]
        return sorted(told, key=lambda row: -(row[1] or 0))

    def word(self, fact: str) -> str:
        """Return what a fact is called; an area is called by its own name."""
        kind, _, name = fact.partition("/")
        return name if kind == "area" else self.words.say(fact.replace("/", "_"))

    def kind(self, kind: str) -> tuple[str, ...]:
        """Return the facts of a kind, such as `topic`."""
        return tuple(fact for fact in self.facts if fact.startswith(f"{kind}/"))


def board() -> Board:
    """Return the board of the app that is running."""
    return cast(Board, current_app.extensions[NAME])
