"""Fits words to a text message: the GSM 7-bit alphabet, and at most two segments. Source: 3GPP TS 23.038, TS 23.040."""

from __future__ import annotations

import re
import unicodedata

BASIC = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
EXTENDED = set("^{}\\[~]|€\f")  # each takes two places
ONE_SEGMENT, SEGMENT = 160, 153  # a text of several parts loses seven places in each to say so
MOST_SEGMENTS = 2
LONGEST = MOST_SEGMENTS * SEGMENT

REPLACED = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"',  # curly quotes
    "\u2013": "-", "\u2014": "-", "\u2011": "-",  # dashes
    "\u2026": "...", "\u00a0": " ", "\t": " ", "`": "'",
}  # fmt: skip

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def plain(text: str) -> str:
    """Return `text` in the GSM alphabet: look-alikes replaced, accents it lacks taken off, anything else dropped."""
    replaced = "".join(REPLACED.get(char, char) for char in text)
    return "".join(char if char in BASIC or char in EXTENDED else _nearest(char) for char in replaced)


def places(text: str) -> int:
    """Return how many of a segment's places `text` takes."""
    return sum(2 if char in EXTENDED else 1 for char in text)


def segments(text: str) -> int:
    """Return how many segments `text` is sent as."""
    used = places(text)
    return 1 if used <= ONE_SEGMENT else -(-used // SEGMENT)


def fit(parts: list[str], longest: int = LONGEST) -> str:
    """Return as many of `parts` as fit, in order, a line each; the first is cut after a sentence if it alone is too long."""
    fitted = ""
    for part in (plain(part).strip() for part in parts):
        longer = f"{fitted}\n{part}" if fitted else part
        if part and places(longer) <= longest:
            fitted = longer
        elif part and not fitted:
            fitted = _cut(part, longest)
    return fitted


def _cut(text: str, longest: int) -> str:
    """Keep whole sentences from the start; never half a number."""
    kept = ""
    for sentence in _SENTENCE_END.split(text):
        longer = f"{kept} {sentence}" if kept else sentence
        if places(longer) > longest:
            break
        kept = longer
    return kept


def _nearest(char: str) -> str:
    bare = unicodedata.normalize("NFKD", char)[:1]
    return bare if bare in BASIC else ""
