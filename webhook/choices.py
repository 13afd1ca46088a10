"""Reads a typed answer as one of the buttons that were just offered, so that every step works by typing too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from webhook.replies import Button

FILE = Path("data/lexicon/choices.yml")
LONGEST = 8  # words; more than that is a message of its own, not an answer
NOT_WORDS = re.compile(r"[^a-z0-9 ]+")


@dataclass(frozen=True)
class Choices:
    """What may be typed for a button: words that mean nothing, that ask, that deny; and phrases by kind and by step."""

    fillers: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    denials: frozenset[str] = frozenset()
    kinds: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)
    steps: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> Choices:
        """Read `data/lexicon/choices.yml` under `root`."""
        body = yaml.safe_load((root / FILE).read_text("utf-8"))
        fillers = frozenset(str(word) for word in body["fillers"])
        kinds = {kind: frozenset(_kept(phrase, fillers) for phrase in phrases) for kind, phrases in body["kinds"].items()}
        steps = {step: frozenset(_plain(phrase) for phrase in phrases) for step, phrases in body["steps"].items()}
        return cls(fillers, frozenset(body["questions"]), frozenset(body["denials"]), kinds, steps)

    def read(self, text: str, offered: Iterable[Button], area: str | None) -> Button | None:
        """Return the button that `text` chooses, or None when it is no answer to what was asked.

        `area` is the one place found in the text; a button titled with it is meant."""
        buttons, said = list(offered), _plain(text)
        words = said.split()
        if not buttons or not words or len(words) > LONGEST:
            return None
        if said.isdigit():
            return buttons[int(said) - 1] if 0 < int(said) <= len(buttons) else None
        titled = [button for button in buttons if _plain(button.title) == said]
        if titled or "?" in text or self.questions & set(words):
            return titled[0] if titled else None
        kept = _kept(said, self.fillers)
        exact = self._by_step(buttons, lambda phrase: phrase in (said, " ".join(kept)))
        found = self._by_place(buttons, area) or exact or self._by_kind(buttons, kept)
        return found if found or self.denials & set(words) else self._by_step(buttons, lambda phrase: f" {phrase} " in f" {said} ")

    def _by_place(self, buttons: list[Button], area: str | None) -> Button | None:
        return next((button for button in buttons if button.title == area), None)

    def _by_kind(self, buttons: list[Button], kept: tuple[str, ...]) -> Button | None:
        """The button whose title begins with the kind of answer that was given: yes, no, next or skip."""
        for button in buttons:
            if kept in self.kinds.get(_plain(button.title).split(" ")[0], ()):
                return button
        return None

    def _by_step(self, buttons: list[Button], fits: Callable[[str], bool]) -> Button | None:
        """The button whose step has a phrase that fits; where two have, the one that stands first in the file."""
        by_step = {step_of(button.payload): button for button in reversed(buttons)}
        return next((by_step[step] for step, phrases in self.steps.items() if step in by_step and any(map(fits, phrases))), None)


def step_of(payload: str) -> str | None:
    """The step a payload leads to, or None when it leads to an ordinary answer."""
    _, brace, rest = payload.partition("{")
    return str(json.loads(brace + rest).get("step")) if brace else None


def _plain(text: str) -> str:
    return " ".join(NOT_WORDS.sub(" ", text.lower().replace("'", "").replace("\u2019", "")).split())


def _kept(text: str, fillers: frozenset[str]) -> tuple[str, ...]:
    """The words that mean something; when all are fillers, all of them."""
    words = tuple(_plain(text).split())
    return tuple(word for word in words if word not in fillers) or words
