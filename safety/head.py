"""The learned danger head: a linear model over the sentence vector and the n-grams, kept as plain arrays, never unpickled.

`tools/train_danger.py` fits it on `data/danger`; the file says which encoder it was fitted on and refuses any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from safety import EncoderMissing
from safety.encoder import Encoder
from safety.ngrams import Rarity, ngrams

FILE = Path("models/danger.npz")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scores:
    """How likely a message is dangerous at all, and how likely the danger is this minute; both 0 to 1."""

    danger: float
    now: float


@dataclass(frozen=True)
class Head:
    """Row 0 is danger at all, row 1 is now: `dense` weights of shape (2, dimensions), `sparse` of shape (2, PLACES),
    biases of shape (2,); thresholds of danger, of now where there is danger, and of now by itself; `rarity` weighs the n-grams."""

    encoder: Encoder
    dense: Floats
    sparse: Floats
    biases: Floats
    thresholds: Floats
    rarity: Rarity

    @classmethod
    def load(cls, root: Path, encoder: Encoder) -> Head:
        """Read the head under `root`; raises EncoderMissing when it is absent or was fitted on another encoder."""
        try:
            with np.load(root / FILE, allow_pickle=False) as arrays:
                if str(arrays["encoder"]) != encoder.fingerprint:
                    raise EncoderMissing("the danger head was fitted on another encoder; run `make train`")
                names = ("dense", "sparse", "biases", "thresholds", "rarity")
                return cls(encoder, *(arrays[name] for name in names))
        except FileNotFoundError as error:
            raise EncoderMissing("the danger head is not fitted; run `make train`") from error

    def __call__(self, text: str, vector: Floats) -> Scores:
        """Return the scores of one normalised message, whose sentence vector is `vector`."""
        found = ngrams(text, self.rarity)
        odds = self.dense @ vector + self.sparse[:, found.places] @ found.values + self.biases
        danger, now = 1 / (1 + np.exp(-odds))
        return Scores(float(danger), float(now))

    def level(self, scores: Scores) -> str:
        """Return none, high or now by the fitted thresholds; little is asked of now where danger is heard, more where it is not."""
        danger, now, now_by_itself = self.thresholds
        if scores.danger < danger and scores.now < now_by_itself:
            return "none"
        return "now" if scores.now >= now else "high"
