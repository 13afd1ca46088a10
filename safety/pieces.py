"""Cuts a message into its sentences, and a long one into pieces of a few, so that one quiet sentence is heard as well."""

from __future__ import annotations

import re

from safety.normalise import apart

MOST_WORDS = 40  # in a piece; the encoder reads about twice that before it stops reading

_ASKING = re.compile(
    r"\?|^(?:\W*(?:and|but|so|please|also) )?(?:what|how|can|could|who|where|when|why|do|does|is|are|will|would|should)\b", re.IGNORECASE
)
_WISH = (
    r"(?:i )?(?:just |also |only |really )*(?:want|wanted|need|needed|would like|like|trying|tried)(?: to)? (?:know|ask|find out|understand)\b"
    r"|(?:please |can you |could you )*(?:tell me|explain|let me know)\b|(?:i )?(?:am |was )?(?:wondering|wonder)\b|my question is\b"
)
_QUESTION = (
    r"(?:how|where|who|what|when|which \w+) (?:do|does|can|could|should|would|will|must|did) (?:i|we|you|she|he|they|it|the)\b"
    r"|how (?:i|we) (?:can|could|would|should|do|get|go|apply)\b|how (?:long|much|soon)\b|what (?:is|are) (?:a|an|the|my|clare)\b|what (?:about|happens|if)\b"
    r"|(?:can|could|should|may) (?:i|we|you)\b|do (?:i|we) (?:have|need|get|qualify)\b|am i (?:allowed|able|entitled)\b"
    r"|is (?:there|it (?:possible|legal|illegal|a crime|free|true))\b"
)
# What begins a question in a run-on without stops; "i do not know how i can go on" is none.
_BEGINS = re.compile(
    rf"(?<!not know )(?<!not sure )(?<!no idea )\b(?:(?:{_WISH})(?: (?:about|if|whether|please))*(?: (?:{_QUESTION}))?|(?:{_QUESTION}))"
)
_ENDS = re.compile(r"(?<=[.!?\n])\s+|\n+")


def sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, by their stops and line ends."""
    return [sentence.strip() for sentence in _ENDS.split(apart(text)) if sentence.strip()]


def asks(sentence: str) -> bool:
    """True when a sentence is a question, by its mark or its first word."""
    return bool(_ASKING.search(sentence))


def questions(sentence: str) -> list[str]:
    """Return the questions in one normalised sentence: each from the words that begin it up to the next, or all of it when it asks."""
    starts = [found.start() for found in _BEGINS.finditer(sentence)] or [0] * asks(sentence)
    return [sentence[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=False)]


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
