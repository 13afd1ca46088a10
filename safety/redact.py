"""Takes the details that could lead to a door or a phone out of a message before anything but the front door sees it.

Phone numbers, e-mail addresses, card and account numbers, house numbers with a street, and full postcodes are
replaced by a plain word, so that the sentence still reads. Emergency and helpline short numbers stay. Full postcodes
are handed back, for the front door alone to resolve.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KEEP = {"999", "112", "101", "111", "55", "116123", "18000", "85258"}

_EMAIL = re.compile(r"[\w.+%-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:\s*(?:\.|\(dot\)|\[dot\])\s*[\w-]+)+", re.I)
_SPOKEN_EMAIL = re.compile(
    r"\b[\w.+-]+ at (?:gmail|hotmail|outlook|yahoo|icloud|live|aol|btinternet|sky|virginmedia)(?: dot | ?\. ?)(?:com|co|net|uk|org)(?:(?: dot | ?\. ?)uk)?\b",
    re.I,
)
_POSTCODE = re.compile(r"\b([A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKPS-UW]?)[\s.-]{0,3}([0-9][ABD-HJLNP-UW-Z]{2})\b", re.I)
_DIGITS = re.compile(r"(?<![\d£$.])(?:\+|\(?00)?\(?\d(?:[\s().,/-]{0,3}\d){6,24}")
_WORD_DIGIT = r"(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SPOKEN_DIGITS = re.compile(rf"\b{_WORD_DIGIT}(?:[\s,-]+(?:{_WORD_DIGIT}|\d)){{6,}}\b", re.I)
_STREET = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|crescent|cres|court|ct|gardens|gdns|grove|terrace|place|pl|way|walk|row|"
    r"square|hill|rise|view|mews|croft|green|park|parade|passage|fold|bank|meadow|fields?|heath|end|gate|vale|wharf|mount|leys"
)
_HOUSE = re.compile(rf"\b(?:(?:flat|apartment|apt|unit|room|no\.?|number)\s*)?\d{{1,4}}[a-d]?,?\s+(?:[a-z'.-]+\s+){{1,3}}?(?:{_STREET})\b", re.I)
_FLAT = re.compile(r"\b(?:flat|apartment|apt|house number|door number)\s*\d{1,4}[a-d]?\b(?!\s*(?:years?|months?|weeks?|days?|hours?))", re.I)


@dataclass(frozen=True)
class Redacted:
    """A message without its personal details, and the full postcodes that were in it (upper case, one space)."""

    text: str
    postcodes: tuple[str, ...]


def redact(text: str) -> Redacted:
    """Return `text` with details replaced by (email), (postcode), (number) and (address); applying it twice changes nothing."""
    text = _SPOKEN_EMAIL.sub("(email)", _EMAIL.sub("(email)", text))
    postcodes = tuple(f"{match[1]} {match[2]}".upper() for match in _POSTCODE.finditer(text))
    text = _POSTCODE.sub("(postcode)", text)
    text = _SPOKEN_DIGITS.sub("(number)", _DIGITS.sub(_number, text))
    return Redacted(_FLAT.sub("(address)", _HOUSE.sub("(address)", text)), postcodes)


def _number(match: re.Match[str]) -> str:
    """Keep a short public number and anything too short to be a line; hide the rest."""
    digits = re.sub(r"\D", "", match[0])
    return match[0] if digits in KEEP else "(number)"
