"""Judges how much danger is in a message, with rules that always work and a learned head when it is there.

The verdict is the higher of the two, but where the head is all but sure that there is no danger, a rule that says high is
not enough by itself. Everything that answers a person calls this first, before limits, locks and Rasa.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, cast

from safety import EncoderMissing
from safety.encoder import Encoder
from safety.head import Floats, Head
from safety.normalise import Normaliser
from safety.pieces import pieces
from safety.rules import LEVELS, Hit, Rules
from safety.vague import Vague

Level = Literal["none", "high", "now"]

ANSWERS = Path("data/danger/answers.txt")
LONGEST_ANSWER = 3  # words
HARMLESS = 0.05  # chance of danger under which the head outvotes rules that say high, never one that says now (docs/decisions/0014)
LONGEST_WHOLE = 1_000  # characters; a longer text is read in slices: the time the rules take grows faster than the text
SLICE, OVERLAP, ENCODED_SLICES = 240, 60, 6  # characters of a slice and shared by two; slices at either end that the encoder reads

_ANSWER = re.compile(  # "no he'll kill me" denies nothing (docs/decisions/0018)
    r"^(no(?=[ ,]+(?:i|we|it|you|my|our|mum|dad)\b)|(?:no|yes|never mind|(?:i am )?not sure|i do not know)(?=[ ,]+(?:he|she|they)\b))[ ,]+"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """How much danger a message shows, and which kinds the rules named; never the words themselves.

    `vectors` are the sentence vectors of its pieces, in order, for whoever reads the same pieces next; empty when none was needed."""

    level: Level
    categories: frozenset[str] = frozenset()
    vectors: tuple[Floats, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class DangerDetector:
    """Rules, and the learned head if it could be loaded; one instance may serve many threads."""

    normalise: Normaliser
    rules: Rules
    head: Head | None = None
    answers: frozenset[str] = frozenset()
    vague: Vague = field(default_factory=Vague)

    @classmethod
    def load(cls, root: Path) -> DangerDetector:
        """Load what is under `root`; without an encoder or head it still judges by rules, and says so in the log."""
        normalise, rules = Normaliser.load(root), Rules.load(root)
        lines = (root / ANSWERS).read_text("utf-8").splitlines()
        answers = frozenset(word for line in lines if not line.startswith("#") for word in line.split())
        try:
            return cls(normalise, rules, Head.load(root, Encoder.load(root)), answers, Vague.load(root))
        except EncoderMissing as error:
            logger.warning("danger is judged by rules alone: %s", error)
            return cls(normalise, rules)

    def __call__(self, text: str) -> Verdict:
        """Return the verdict on what a person typed, raw and of any length."""
        if len(text) > LONGEST_WHOLE:
            return self._in_slices(text)
        plain = self._read(text)
        hits = self.rules(plain)
        if self.head is None or not plain or self._says_little(plain):
            return _verdict(hits, [], ())
        parts = pieces(text)
        read = [plain] if len(parts) == 1 else [self._read(part) for part in parts]
        vectors = tuple(self.head.encoder(read))
        scores = [self.head(part, vector) for part, vector in zip(read, vectors, strict=True)]
        if all(score.danger < HARMLESS for score in scores):
            hits = [hit for hit in hits if hit.level == "now" or hit.alone]
        return _verdict(hits, [self.head.level(score) for score in scores], vectors)

    @property
    def by_rules(self) -> DangerDetector:
        """The same without the encoder."""
        return replace(self, head=None)

    def _read(self, text: str) -> str:
        """Return `text` normalised, with a stop after the "no" or "yes" that answers us before it goes on."""
        return _ANSWER.sub(r"\1. ", self.normalise(text))

    def _in_slices(self, text: str) -> Verdict:
        """Read the first and last slices by rules and encoder, those between by rules alone, until one is `now`."""
        slices = [text[start : start + SLICE] for start in range(0, len(text), SLICE - OVERLAP)]
        by_rules, worst = self.by_rules, Verdict("none")
        for number, part in enumerate(slices):
            read = by_rules if ENCODED_SLICES <= number < len(slices) - ENCODED_SLICES else self
            worst = max(worst, read(part), key=lambda verdict: LEVELS.index(verdict.level))
            if worst.level == "now":
                break
        return worst

    def _says_little(self, plain: str) -> bool:
        """True for a few words that name no subject or only answer a question ("for me"): the encoder hears danger in them."""
        if self.vague(plain) or self.vague.leans(plain):
            return True
        words = plain.strip(" .!?").split()
        return len(words) <= LONGEST_ANSWER and self.answers.issuperset(words)


def _verdict(hits: list[Hit], levels: list[str], vectors: tuple[Floats, ...]) -> Verdict:
    """The highest of what rules and head say."""
    level = max([*(hit.level for hit in hits), *levels], key=LEVELS.index, default="none")
    return Verdict(cast(Level, level), frozenset(hit.category for hit in hits), vectors)
