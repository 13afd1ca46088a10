"""Cuts a message into its sentences, and a long one into pieces of a few, so that one quiet sentence is heard as well."""

from __future__ import annotations

import re

MOST_WORDS = 40  # in a piece; the encoder reads about twice that before it stops reading

_ASKING = re.compile(
    r"\?|^(?:\W*(?:and|but|so|please|also) )?(?:what|how|can|could|who|where|when|why|do|does|is|are|will|would|should)\b", re.IGNORECASE
)
_ENDS = re.compile(r"(?<=[.!?\n])\s+|\n+")


def sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, by their stops and line ends."""
    return [sentence.strip() for sentence in _ENDS.split(text) if sentence.strip()]


def asks(sentence: str) -> bool:
    """True when a sentence is a question, by its mark or its first word."""
    return bool(_ASKING.search(sentence))


def pieces(text: str) -> list[str]:
    """Return the pieces of `text` in order: itself when it is short; a run-on without stops is cut with half overlapping."""
    if len(text.split()) <= MOST_WORDS:
        return [text]
    found: list[str] = []
    for sentence in sentences(text):
        together = f"{found[-1]} {sentence}" if found else sentence
        if found and len(together.split()) <= MOST_WORDS:
            found[-1] = together
        else:
            found += _windows(sentence.split())
    return found


def _windows(words: list[str]) -> list[str]:
    """Cut words into runs of at most MOST_WORDS, each beginning half-way through the one before."""
    step = MOST_WORDS // 2
    starts = range(0, max(1, len(words) - step), step)
    return [" ".join(words[start : start + MOST_WORDS]) for start in starts]
