"""Character n-grams of a message, hashed into a fixed number of places: they hold up against typos and dialect.

Words are padded with a space and cut into pieces of two to five letters; a piece's place is its CRC-32, so there is no
vocabulary to keep or leak. The value of a place is 1 + log(how often), weighed by how rare the piece is, at length 1.
"""

from __future__ import annotations

from binascii import crc32
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PLACES = 2**15
SHORTEST, LONGEST = 2, 5  # letters, the padding space included

Rarity = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sparse:
    """The places of one message that are not zero, in order, and their values."""

    places: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]


def ngrams(text: str, rarity: Rarity) -> Sparse:
    """Return the n-grams of normalised `text`, weighed by `rarity` of shape (PLACES,)."""
    counts = count(text)
    places = np.fromiter(sorted(counts), np.int32, len(counts))
    values = (1 + np.log([counts[place] for place in places])).astype(np.float32) * rarity[places]
    return Sparse(places, values / (np.linalg.norm(values) or 1))


def count(text: str) -> Counter[int]:
    """Return how often each place occurs in normalised `text`."""
    found: Counter[int] = Counter()
    for word in text.split():
        padded = f" {word} ".encode()
        for size in range(SHORTEST, LONGEST + 1):
            found.update(crc32(padded[start : start + size]) % PLACES for start in range(len(padded) - size + 1))
    return found


def fit_rarity(texts: list[str]) -> Rarity:
    """Return the weight of each place: the logarithm of how many of `texts` there are to each that has it."""
    having: Counter[int] = Counter()
    for text in texts:
        having.update(set(count(text)))
    seen = np.zeros(PLACES, np.float32)
    for place, number in having.items():
        seen[place] = number
    return np.asarray(np.log((1 + len(texts)) / (1 + seen)) + 1, np.float32)
