"""Judges a string that came out of the front door: is it made of approved words, and of services that the directory holds?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from directory.seed_files import Seed
from webhook.approved import is_wording, resolve
from webhook.cards import PLAIN_WITH_NUMBER, PLAIN_WITHOUT_NUMBER, WITH_NUMBER, WITHOUT_NUMBER
from webhook.words import Words

CARDS = (WITH_NUMBER, WITHOUT_NUMBER, PLAIN_WITH_NUMBER, PLAIN_WITHOUT_NUMBER)
NAMED = re.compile(r"^\{name\}:? ")  # what a text leaves out of a card while it is neutral
CARD_LINE = "utter_card_"  # the lines a card may end with begin so
SENTENCE_END = re.compile(r"[.!?:]\s")


@dataclass(frozen=True)
class Approvals:
    """The words, and the names and numbers of the services that may be shown."""

    words: Words
    names: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def of(cls, root: Path) -> Approvals:
        """Read the words and the directory's seed under `root`."""
        seed = Seed.read(root)
        names = {note.get("name") or contact["name"] for contact in seed.contacts for note in (seed.annotations[contact["id"]],)}
        numbers = {number for note in seed.annotations.values() for number, _ in note.get("phones", ())}
        return cls(Words.load(root), frozenset(names), frozenset(numbers))

    def allows(self, name: str, channel: str, text: str) -> bool:
        """True when `text`, sent as the reply `name` (or as a `button`, a text message or a page), is made of approved words."""
        if name == "button":
            return text in self.words.titles
        if name in ("text", "page"):
            return all(self._line(line, channel) or self._line(line, "sms") for line in text.splitlines() if line.strip())
        if name in CARDS:
            return self._card(text, channel)
        said_again = "sms"  # "say it simpler" has the shorter words of a text
        return any(resolve(self.words, name, each, text) is not None for each in (channel, said_again))

    def _line(self, line: str, channel: str) -> bool:
        """True for a wording or a paragraph of one, a button, a card, a number to tap, or one wording after another."""
        line = line.strip()
        if self._known(line, channel) or line in self.words.titles or self._card(line, channel) or self._tapped(line):
            return True
        ends = [match.end() for match in SENTENCE_END.finditer(line)]
        return any(self._known(line[:end].strip(), channel) and self._line(line[end:], channel) for end in ends)

    def _known(self, line: str, channel: str) -> bool:
        return (
            line.removesuffix(":") in self._fixed[channel]
            or line in self._fixed[channel]
            or any(is_wording(part, line) for part in self._filled[channel])
        )

    def _tapped(self, line: str) -> bool:
        call = self.words.say("utter_page_call")
        return line.startswith(f"{call} ") and line.removeprefix(f"{call} ") in self.numbers

    def _card(self, text: str, channel: str) -> bool:
        """True for a card of a service the directory holds: its own line, then any of the lines on hours and freshness."""
        return self._card_patterns[channel].fullmatch(text) is not None

    @cached_property
    def _fixed(self) -> dict[str, frozenset[str]]:
        return {channel: frozenset(part for part in self._parts(channel) if "{" not in part) for channel in ("web", "sms")}

    @cached_property
    def _filled(self) -> dict[str, list[str]]:
        """The wordings with placeholders, without those a card is made of: they are judged as cards."""
        cards = {each.text for name, variants in self.words.replies.items() if name in CARDS or name.startswith(CARD_LINE) for each in variants}
        return {channel: [part for part in self._parts(channel) if "{" in part and part not in cards] for channel in ("web", "sms")}

    @cached_property
    def _card_patterns(self) -> dict[str, re.Pattern[str]]:
        return {channel: re.compile(self._card_pattern(channel)) for channel in ("web", "sms")}

    def _card_pattern(self, channel: str) -> str:
        known = {"name": _one_of(self.names), "number": _one_of(self.numbers)}
        wordings = [self.words.variant(name, channel).text for name in CARDS]
        nameless = [NAMED.sub("", wording) for wording in wordings if channel == "sms" and "{number}" in wording]
        cards = "|".join(_opened(wording, known) for wording in (*wordings, *nameless))
        lines = "|".join(_opened(self.words.variant(name, channel).text, {}) for name in self.words.replies if name.startswith(CARD_LINE))
        return f"(?:{cards})(?: (?:{lines}))*"

    def _parts(self, channel: str) -> Iterator[str]:
        """Every wording for a channel, whole and by its paragraphs."""
        for variants in self.words.replies.values():
            for variant in variants:
                if variant.channel in (channel, None):
                    yield variant.text
                    yield from variant.text.split("\n\n")


def _one_of(values: frozenset[str]) -> str:
    return "(?:" + "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True)) + ")"


def _opened(wording: str, known: dict[str, str]) -> str:
    """The wording as a pattern: a placeholder is one of the values known for it, or any short piece of one line."""
    return re.sub(r"\\\{(\w+)\\\}", lambda match: known.get(match[1], r"[^\n<>{}]{1,160}?"), re.escape(wording))
