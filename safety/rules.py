"""Danger rules: plain patterns in `data/danger/rules.yml`, each compiled once to a spaCy Matcher and read sentence by sentence.

A pattern is words in order. `a|b` is either word, `@name` any word of a list, `word*` any word that begins so, a
final `?` means it may be missing, `{3}` is a gap of up to three words; after `=` the pattern is the whole sentence. A rule's guards say what silences it: a negation just
before it, or a word anywhere in its sentence that makes it past, a question of law, or a story. Only the patterns are tried
that have a word of the sentence: the others cannot fit, and trying them all takes most of the time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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
WHOLE = "= "

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_GAP = re.compile(r"^\{(\d+)\}$")
_WAYS = re.compile(r"^(?:@\w+|[\w&'-]+\*?)(?:\|(?:@\w+|[\w&'-]+\*?))*\??$")


@dataclass(frozen=True)
class Hit:
    """One rule that fired: its level, the category it names, and whether nothing else was said; what it matched is deliberately not
    kept."""

    level: str
    category: str
    alone: bool = False


@dataclass(frozen=True)
class Guard:
    """What silences a rule: a word within `before` words ahead of the match, or (before = 0) anywhere in the sentence."""

    matcher: Matcher
    before: int


@dataclass(frozen=True)
class Pattern:
    """One line of a rule: what it matches, what it means, and the names of its guards."""

    matcher: Matcher
    hit: Hit
    guards: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """Which patterns could fit, by one word that each must have: the whole word, or how it begins."""

    words: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    beginnings: dict[int, dict[str, set[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    def add(self, number: int, ways: Iterable[str]) -> None:
        """Note a pattern under every way its word can be said; `word*` is any word that begins so."""
        for way in ways:
            if way.endswith("*"):
                self.beginnings[len(way) - 1][way[:-1]].add(number)
            else:
                self.words[way].add(number)

    def find(self, words: Iterable[str]) -> list[int]:
        """Return the patterns of which a word is among `words`, in order."""
        found: set[int] = set()
        for word in words:
            found |= self.words.get(word, set())
            for length, beginnings in self.beginnings.items():
                found |= beginnings.get(word[:length], set())
        return sorted(found)


@dataclass(frozen=True)
class Rules:
    """The compiled rules; one instance may serve many threads."""

    language: Language
    patterns: tuple[Pattern, ...]
    index: Index
    guards: dict[str, Guard]

    @classmethod
    def load(cls, root: Path) -> Rules:
        """Compile the rules under `root`; raises RulesInvalid naming the pattern that cannot be read."""
        content = yaml.safe_load((root / FILE).read_text("utf-8"))
        lists = {name: words.split() for name, words in content["lists"].items()}
        language, index = spacy.blank("en"), Index()
        patterns: list[Pattern] = []
        for rule in content["rules"]:
            guards = tuple(rule.get("guards", content["usual_guards"]))
            for line in _lines(rule["patterns"]):
                words = line.removeprefix(WHOLE)
                index.add(len(patterns), needed(words, lists))
                hit = Hit(rule["level"], rule["category"], alone=line != words)
                patterns.append(Pattern(_matcher(language, [words], lists), hit, guards))
        named = {
            name: Guard(_matcher(language, _lines(body["patterns"]), lists), int(body.get("before", 0))) for name, body in content["guards"].items()
        }
        return cls(language, tuple(patterns), index, named)

    def __call__(self, text: str) -> list[Hit]:
        """Return every rule that fires on normalised `text` and is not silenced; what must stand alone is the whole of it."""
        said = _SENTENCE.split(text)
        nothing_else = len({sentence.strip(" .!?") for sentence in said} - {""}) == 1
        return [hit for sentence in said for hit in self._hits(self.language.make_doc(sentence)) if nothing_else or not hit.alone]

    def _hits(self, doc: Doc) -> Iterator[Hit]:
        for pattern in (self.patterns[number] for number in self.index.find({token.lower_ for token in doc})):
            for _, start, end in pattern.matcher(doc):
                if pattern.hit.alone and not all(token.is_punct for token in (*doc[:start], *doc[end:])):
                    continue
                if not any(self._silenced(doc, start, end, self.guards[name]) for name in pattern.guards):
                    yield pattern.hit

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
            tokens.append(_one_of(_ways(piece, lists, line)) | ({"OP": "?"} if piece.endswith("?") else {}))
        else:
            raise RulesInvalid(f"cannot read {piece!r} in the danger pattern {line!r}")
    return tokens


def needed(line: str, lists: dict[str, list[str]]) -> list[str]:
    """Return the ways of the one word of a pattern that few sentences have: of those that may not be missing, the one whose
    shortest way is longest. Raises RulesInvalid when every word may be missing."""
    must = [_ways(piece, lists, line) for piece in line.split() if not piece.endswith("?") and not _GAP.match(piece)]
    if not must:
        raise RulesInvalid(f"every word may be missing in the danger pattern {line!r}")
    return max(must, key=lambda ways: min(len(way) for way in ways))


def _ways(piece: str, lists: dict[str, list[str]], line: str) -> list[str]:
    """The words one piece of a pattern stands for, those of its lists among them."""
    return [word for way in piece.rstrip("?").split("|") for word in _spelled_out(way, lists, line)]


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


def _matcher(language: Language, lines: list[str], lists: dict[str, list[str]]) -> Matcher:
    matcher = Matcher(language.vocab)
    matcher.add("pattern", [compile_pattern(line, lists) for line in lines])
    return matcher


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.splitlines() if line.strip()]
