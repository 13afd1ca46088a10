"""Hears nothing in a message that says nothing, so that it is asked about kindly and not answered as something else.

Which words say nothing is data (`data/lexicon/vague.yml`). A word that nobody has used in an example, that is no place
and no slip of such a word, says nothing either, unless the classifier is fairly sure of it all the same.
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
FAIRLY_SURE = 0.5  # confidence; calibrated, so an unknown word below it is more often heard wrongly than rightly
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
        """True for one word nobody has used, alone or beside words that say nothing."""
        telling = [word for word in words_of(plain) if word not in self.vague.empty | self.vague.beside | self.vague.around]
        return len(telling) == 1 and process.extractOne(telling[0], self.known, scorer=OSA.distance, score_cutoff=SLIPS) is None
