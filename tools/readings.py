"""How the teaching encoder reads every line: what `tools/teach.py` writes and `tools/adapt.py` learns from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

READINGS = Path("var/readings.npz")

Scores = npt.NDArray[np.float16]


class Line(NamedTuple):
    """What the models read of a line, its intent by number (-100: none), and its level 0 to 2 (-1: not labelled)."""

    text: str
    intent: int
    level: int


@dataclass(frozen=True)
class Readings:
    """Lines with the teacher's scores of each: intents of shape (lines, intents), dangers of shape (lines, 2), before any softmax."""

    lines: list[Line]
    intents: Scores
    dangers: Scores

    def save(self, path: Path) -> None:
        """Write it all."""
        lines = np.frombuffer(json.dumps(self.lines).encode(), np.uint8)
        np.savez(path, lines=lines, intents=self.intents, dangers=self.dangers)

    @classmethod
    def load(cls, path: Path) -> Readings:
        """Read what `save` wrote; raises FileNotFoundError when the teacher has not read yet."""
        with np.load(path, allow_pickle=False) as arrays:
            lines = [Line(*line) for line in json.loads(arrays["lines"].tobytes())]
            return cls(lines, arrays["intents"], arrays["dangers"])
