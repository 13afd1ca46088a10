"""Whole texts that mean one thing, such as CLEAR or "who is this": a reviewed list, matched after the shared normalisation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

FILE = Path("data/sms/phrases.yml")

Phrase = Literal["danger_now", "stop", "start", "presence", "who", "greeting", "help", "leave", "no_more", "clear"]
FIRST_MATTERS: tuple[Phrase, ...] = ("danger_now", "stop", "start", "presence", "clear", "who", "no_more", "leave", "help", "greeting")

_MARKS = re.compile(r"[^a-z0-9'\s]+")
_PIZZA = re.compile(r"\b(?:pizza|pepperoni|margherita|margarita|hawaiian)\b")
_ORDER = re.compile(
    r"\b(?:order|deliver|delivery|delivered|delivering|large|medium|small|inch|want a|like a|can i have|can i get|get a|send a|need a)\b"
)


@dataclass(frozen=True)
class Phrases:
    """The lists by name, each a set of whole texts."""

    lists: dict[str, frozenset[str]]

    @classmethod
    def load(cls, root: Path) -> Phrases:
        """Read data/sms/phrases.yml under `root`."""
        body = yaml.safe_load((root / FILE).read_text("utf-8"))
        lists = {name: frozenset(phrases) for name, phrases in body.items()}
        pairs = {f"{first} {then}" for first in lists["presence_first"] for then in lists["presence_then"]}
        return cls(lists | {"presence": lists["presence"] | pairs})

    def of(self, normalised: str) -> Phrase | None:
        """Return what a whole text means, or None; a pizza is ordered from people who cannot say why they call (sms.md)."""
        said = bare(normalised)
        for name in FIRST_MATTERS:
            if said in self.lists[name]:
                return name
        return "danger_now" if _PIZZA.search(said) and _ORDER.search(said) else None

    def means(self, name: str, body: str, normalised: str) -> bool:
        """True when a whole text is in the list of that name, as typed or normalised: Y alone is yes here, not why."""
        return bool({bare(body.lower()), bare(normalised)} & self.lists[name])


def bare(normalised: str) -> str:
    """Return a normalised text without marks and with single spaces."""
    return " ".join(_MARKS.sub(" ", normalised).split())
