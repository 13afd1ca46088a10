"""Danger rules: plain patterns in `data/danger/rules.yml`, compiled once to a spaCy Matcher and read sentence by sentence.

A pattern is words in order. `a|b` is either word, `@name` any word of a list, `word*` any word that begins so, a
final `?` means it may be missing, `{3}` is a gap of up to three words. A rule's guards say what silences it: a negation just
before it, or a word anywhere in its sentence that makes it past, a question of law, or a story.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span

from safety import RulesInvalid

FILE = Path("data/danger/rules.yml")
LEVELS = ("none", "high", "now")

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_GAP = re.compile(r"^\{(\d+)\}$")
_WAYS = re.compile(r"^(?:@\w+|[\w&'-]+\*?)(?:\|(?:@\w+|[\w&'-]+\*?))*\??$")


@dataclass(frozen=True)
class Hit:
    """One rule that fired: its level, the category it names, and what it matched is deliberately not kept."""

    level: str
    category: str


@dataclass(frozen=True)
class Guard:
    """What silences a rule: a word within `before` words ahead of the match, or (before = 0) anywhere in the sentence."""

    matcher: Matcher
    before: int


@dataclass(frozen=True)
class Rules:
    """The compiled rules; one instance may serve many threads."""

    language: Language
    matcher: Matcher
    heads: dict[str, tuple[str, str, tuple[str, ...]]]
    guards: dict[str, Guard]

    @classmethod
    def load(cls, root: Path) -> Rules:
        """Compile the rules under `root`; raises RulesInvalid naming the pattern that cannot be read."""
        content = yaml.safe_load((root / FILE).read_text("utf-8"))
        lists = {name: words.split() for name, words in content["lists"].items()}
        language = spacy.blank("en")
        matcher, heads = Matcher(language.vocab), {}
        for number, rule in enumerate(content["rules"]):
            key = f"{number}"
            heads[key] = (rule["level"], rule["category"], tuple(rule.get("guards", content["usual_guards"])))
            matcher.add(key, [compile_pattern(line, lists) for line in _lines(rule["patterns"])])
        guards = {name: _guard(language, body, lists) for name, body in content["guards"].items()}
        return cls(language, matcher, heads, guards)

    def __call__(self, text: str) -> list[Hit]:
        """Return every rule that fires on normalised `text` and is not silenced."""
        hits = []
        for sentence in _SENTENCE.split(text):
            doc = self.language.make_doc(sentence)
            for key, start, end in self.matcher(doc):
                level, category, guards = self.heads[self.language.vocab.strings[key]]
                if not any(self._silenced(doc, start, end, self.guards[name]) for name in guards):
                    hits.append(Hit(level, category))
        return hits

    @staticmethod
    def _silenced(doc: Doc, start: int, end: int, guard: Guard) -> bool:
        reach: Doc | Span = doc if guard.before == 0 else doc[max(0, start - guard.before) : end]
        return bool(guard.matcher(reach))


def compile_pattern(line: str, lists: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Turn one pattern line into spaCy token patterns; raises RulesInvalid with the line and the piece."""
    tokens: list[dict[str, Any]] = []
    for piece in line.split():
        if gap := _GAP.match(piece):
            tokens += [{"OP": "?"}] * int(gap[1])
        elif _WAYS.match(piece):
            words = [word for way in piece.rstrip("?").split("|") for word in _spelled_out(way, lists, line)]
            tokens.append(_one_of(words) | ({"OP": "?"} if piece.endswith("?") else {}))
        else:
            raise RulesInvalid(f"cannot read {piece!r} in the danger pattern {line!r}")
    return tokens


def _spelled_out(way: str, lists: dict[str, list[str]], line: str) -> list[str]:
    """The words one alternative stands for: itself, or those of the list it names."""
    if not way.startswith("@"):
        return [way]
    if way[1:] not in lists:
        raise RulesInvalid(f"no list is called {way!r} in the danger pattern {line!r}")
    return lists[way[1:]]


def _one_of(words: list[str]) -> dict[str, Any]:
    """One token that is any of `words`; a word ending in * stands for all that begin with it."""
    if any(word.endswith("*") for word in words):
        ways = [f"{re.escape(word[:-1])}.*" if word.endswith("*") else re.escape(word) for word in words]
        return {"LOWER": {"REGEX": f"^(?:{'|'.join(ways)})$"}}
    return {"LOWER": {"IN": words}}


def _guard(language: Language, body: dict[str, Any], lists: dict[str, list[str]]) -> Guard:
    matcher = Matcher(language.vocab)
    matcher.add("guard", [compile_pattern(line, lists) for line in _lines(body["patterns"])])
    return Guard(matcher, int(body.get("before", 0)))


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.splitlines() if line.strip()]
