"""One normalisation of what people type, shared by training, understanding and danger rules.

It undoes the accidents of typing (case, curly quotes, stretched letters, missing apostrophes, texting and dialect
spellings) and keeps every word that carries meaning. `data/lexicon/texting.tsv` holds the spellings; changing it
changes the trained model's inputs, so it is part of the model's hash.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from safety.redact import redact

LEXICON = Path("data/lexicon/texting.tsv")

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_REPEATED_MARK = re.compile(r"([!?.,])[!?.,]+")
_STOPS = re.compile(r"[.!?]{2,}(?=[^\W_])")  # "a knife...hes outside"
_STUCK = re.compile(  # "hit me.he is": a stop that ends a sentence, and none within an address or "e.g."
    r"(?<=[^\W\d_]{2})(?<!www)[.!?;](?!(?:uk|com?|org|net|gov|nhs|ac|info|police|html?|pdf|jpe?g|png)\b)(?=[^\W\d_])", re.IGNORECASE
)
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[^\sa-z0-9]|\s+")
_PRONOUN_IS = {"he", "she", "it", "that", "there", "what", "who", "where", "here", "how", "everyone", "someone", "somebody"}


@dataclass(frozen=True)
class Normaliser:
    """Turns a message into the plain lower-case English that rules and encoder read."""

    spellings: dict[str, str]
    unless: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> Normaliser:
        """Read the spelling lexicon under `root`: as typed, as meant, and the words after which it is meant as typed; `#` starts a
        comment."""
        rows = [line.split("\t") for line in (root / LEXICON).read_text("utf-8").splitlines() if line and not line.startswith("#")]
        return cls({row[0]: row[1] for row in rows}, {row[0]: frozenset(row[2].split()) for row in rows if len(row) > 2})

    def __call__(self, text: str) -> str:
        """Return `text` normalised; applying it twice gives the same as once."""
        plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
        plain = apart(_INVISIBLE.sub("", "".join(_printable(plain))).lower())
        plain = _REPEATED_MARK.sub(r"\1", _STRETCHED.sub(r"\1", plain))
        words, before = [], ""
        for token in _WORD.findall(plain):
            words.append(self._word(token, before))
            before = before if token.isspace() else token
        return " ".join("".join(words).split())

    def _word(self, token: str, before: str) -> str:
        """What `token` means after the word `before`."""
        if before in self.unless.get(token, ()):
            return token
        meant = self.spellings.get(token)
        if meant is not None:
            return meant if token[0].isalnum() else f" {meant} "
        return _expand(token) if "'" in token else token


def apart(text: str) -> str:
    """Return `text` with a space after every stop that has none, as on a phone: rules and questions are read sentence by sentence."""
    return _STUCK.sub(r"\g<0> ", _STOPS.sub(r"\g<0> ", text))


def plain(text: str, normalise: Normaliser) -> str:
    """Return what the models read of a line, in training and at run time: personal details out, then normalised."""
    return normalise(redact(text).text)


def _printable(text: str) -> list[str]:
    """Replace control characters and line breaks by spaces; drop nothing else."""
    return [" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text]


def _expand(token: str) -> str:
    """Write a contraction out: don't, she's, I'll; a possessive 's is left alone."""
    stem, _, tail = token.partition("'")
    if token in ("can't", "cannot"):
        return "can not"
    if token == "won't":
        return "will not"
    if stem.endswith("n") and tail == "t":
        return f"{stem[:-1]} not"
    if tail == "s":
        return f"{stem} is" if stem in _PRONOUN_IS else token
    endings = {"re": "are", "m": "am", "ll": "will", "ve": "have", "d": "would"}
    return f"{stem} {endings[tail]}" if tail in endings else token
