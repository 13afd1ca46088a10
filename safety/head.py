"""The learned danger head: a linear model over the sentence vector, kept as plain arrays and never unpickled.

`tools/train_danger.py` fits it on `data/danger`; the file says which encoder it was fitted on and refuses any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from safety import EncoderMissing
from safety.encoder import Encoder

FILE = Path("models/danger.npz")


@dataclass(frozen=True)
class Scores:
    """How likely a message is dangerous at all, and how likely the danger is this minute; both 0 to 1."""

    danger: float
    now: float


@dataclass(frozen=True)
class Head:
    """Weights of shape (2, dimensions), biases and thresholds of shape (2,): row 0 is danger at all, row 1 is now."""

    weights: npt.NDArray[np.float32]
    biases: npt.NDArray[np.float32]
    thresholds: npt.NDArray[np.float32]

    @classmethod
    def load(cls, root: Path, encoder: Encoder) -> Head:
        """Read the head under `root`; raises EncoderMissing when it is absent or was fitted on another encoder."""
        try:
            with np.load(root / FILE, allow_pickle=False) as arrays:
                if str(arrays["encoder"]) != encoder.fingerprint:
                    raise EncoderMissing("the danger head was fitted on another encoder; run `make train`")
                return cls(arrays["weights"], arrays["biases"], arrays["thresholds"])
        except FileNotFoundError as error:
            raise EncoderMissing("the danger head is not fitted; run `make train`") from error

    def __call__(self, vector: npt.NDArray[np.float32]) -> Scores:
        """Return the scores of one sentence vector of shape (dimensions,)."""
        odds = self.weights @ vector + self.biases
        danger, now = 1 / (1 + np.exp(-odds))
        return Scores(float(danger), float(now))

    def level(self, scores: Scores) -> str:
        """Return none, high or now by the fitted thresholds; now only where there is danger at all."""
        if scores.danger < self.thresholds[0]:
            return "none"
        return "now" if scores.now >= self.thresholds[1] else "high"
