"""Knows a short message that names no subject ("hmm", "stuff at home"), so that nothing is read into it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path("data/lexicon/vague.yml")

_PLAIN = re.compile(r"[a-z' .,!?;:-]+")  # anything else, such as a digit, an emoji or another script, means something
_NEVER = re.compile(r"(?!)")
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True)
class Vague:
    """The words and phrases of `data/lexicon/vague.yml`; without any, nothing is vague."""

    longest: int = 0
    around: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    whole: re.Pattern[str] = _NEVER
    leaning: re.Pattern[str] = _NEVER

    @classmethod
    def load(cls, root: Path) -> Vague:
        """Read the words and phrases under `root`."""
        data = yaml.safe_load((root / FILE).read_text("utf-8"))
        words = {kind: frozenset(data[kind]) for kind in ("around", "empty", "beside")}
        phrases = {kind: "|".join(f"(?:{each})" for each in data[kind]).replace("{rest}", data["rest"]) for kind in ("whole", "leaning")}
        return cls(data["longest"], **words, whole=re.compile(phrases["whole"]), leaning=re.compile(phrases["leaning"]))

    def __call__(self, plain: str) -> bool:
        """True when the normalised text `plain` is short and says nothing."""
        words = words_of(plain)
        if not words or len(words) > self.longest:
            return False
        return any(self._is_empty(said) or bool(self.whole.fullmatch(" ".join(said))) for said in (words, self._without_ends(words)))

    def leans(self, plain: str) -> bool:
        """True when the normalised text `plain` is a short question that means something only after what was talked about."""
        return bool(self.leaning.fullmatch(" ".join(words_of(plain))))

    def _is_empty(self, words: list[str]) -> bool:
        """True when every word is an empty one or may stand beside one, and one at least is empty."""
        return bool(self.empty & set(words)) and (self.empty | self.beside).issuperset(words)

    def _without_ends(self, words: list[str]) -> list[str]:
        """The words without those that only surround what is said."""
        kept = [number for number, word in enumerate(words) if word not in self.around]
        return words[kept[0] : kept[-1] + 1] if kept else []


def words_of(plain: str) -> list[str]:
    """Return the words of a normalised text; none when something in it is no plain word."""
    return _WORD.findall(plain) if _PLAIN.fullmatch(plain) else []
