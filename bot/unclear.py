"""Hears nothing in a message that says nothing, so that it is asked about kindly and not answered as something else.

Which words say nothing is data (`data/lexicon/vague.yml`). Words that nobody has used in an example, that are no
places and no slips of such words, say nothing either, unless the classifier is fairly sure of them all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from directory.areas import SEED
from safety.vague import Vague, words_of

KNOWN = ("data/nlu/*.yml", "data/lexicon/texting.tsv", f"{SEED}/places.tsv")  # where a word is known that stands in one of these
STANDS = frozenset({"inform_area", "language_help"})  # intents an unknown word may well have: a place, another language
OUT_OF_SCOPE = "out_of_scope"  # where a word nobody has used is often heard
FAIRLY_SURE = 0.6  # confidence, calibrated on messages of known words: unknown ones are heard more surely than they should be
FEW = 3  # words; in a longer message, unknown ones are another language or a slip of the voice
SLIPS = 1  # letters left out, added, changed or swapped in a word that is known all the same

_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True)
class Unclear:
    """The words that say nothing and the words that are known; one instance may serve many turns at once."""

    vague: Vague
    known: frozenset[str]

    @classmethod
    def load(cls, root: Path) -> Unclear:
        """Read both under `root`."""
        texts = [path.read_text("utf-8").lower() for pattern in KNOWN for path in root.glob(pattern)]
        return cls(Vague.load(root), frozenset(word for text in texts for word in _WORD.findall(text)))

    def __call__(self, plain: str, heard: dict[str, Any]) -> bool:
        """True when the normalised text `plain`, which the classifier heard as `heard`, says nothing."""
        unsure = heard["name"] == OUT_OF_SCOPE or (heard["confidence"] < FAIRLY_SURE and heard["name"] not in STANDS)
        return self.vague(plain) or (unsure and self._is_strange(plain))

    def _is_strange(self, plain: str) -> bool:
        """True for a few words that nobody has used, alone or beside words that say nothing."""
        telling = [word for word in words_of(plain) if word not in self.vague.empty | self.vague.beside | self.vague.around]
        return 0 < len(telling) <= FEW and not any(map(self._is_known, telling))

    def _is_known(self, word: str) -> bool:
        return process.extractOne(word, self.known, scorer=OSA.distance, score_cutoff=SLIPS) is not None
