"""Judges how much danger is in a message, with rules that always work and a learned head when it is there.

The verdict is the higher of the two. Everything that answers a person calls this first, before limits, locks and Rasa.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from safety import EncoderMissing
from safety.encoder import Encoder
from safety.head import Head
from safety.normalise import Normaliser
from safety.pieces import pieces
from safety.rules import LEVELS, Rules

Level = Literal["none", "high", "now"]

FEWEST_ENCODED = 2  # words; one word alone ("one", "him") tells the encoder nothing, and the rules know the words that matter
LONGEST_ENCODED = 1_000  # characters; beyond it the rules alone read the text, so a huge paste costs no encoder time

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """How much danger a message shows, and which kinds the rules named; never the words themselves."""

    level: Level
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DangerDetector:
    """Rules, and the learned head if it could be loaded; one instance may serve many threads."""

    normalise: Normaliser
    rules: Rules
    head: Head | None = None

    @classmethod
    def load(cls, root: Path) -> DangerDetector:
        """Load what is under `root`; without an encoder or head it still judges by rules, and says so in the log."""
        normalise, rules = Normaliser.load(root), Rules.load(root)
        try:
            return cls(normalise, rules, Head.load(root, Encoder.load(root)))
        except EncoderMissing as error:
            logger.warning("danger is judged by rules alone: %s", error)
            return cls(normalise, rules)

    def __call__(self, text: str) -> Verdict:
        """Return the verdict on what a person typed, raw and of any length."""
        plain = self.normalise(text)
        hits = self.rules(plain)
        levels = [hit.level for hit in hits]
        if self.head is not None and len(plain.split()) >= FEWEST_ENCODED and len(text) <= LONGEST_ENCODED:
            levels += [self.head.level(self.head(self.normalise(piece))) for piece in pieces(text)]
        return Verdict(cast(Level, max(levels, key=LEVELS.index, default="none")), frozenset(hit.category for hit in hits))
