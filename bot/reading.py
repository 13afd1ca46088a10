"""What the features of a message come from besides Rasa's configuration and the examples.

Rasa keeps what each component made and takes it again while configuration and examples are the same; without this it would
train on the vectors of an encoder that is no longer there.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from safety import ngrams, normalise, redact
from safety.encoder import FOLDER
from safety.normalise import LEXICON

CODE = (normalise.__file__, redact.__file__, ngrams.__file__)
FILES = (LEXICON, FOLDER / "manifest.json")


def fingerprint(root: Path) -> str:
    """The hash of how a message is read under `root`: the encoder, the spellings, and the code between; what is not there counts as empty."""
    paths = [*map(Path, CODE), *(root / name for name in FILES)]
    return hashlib.sha256(b"\0".join(path.read_bytes() if path.exists() else b"" for path in paths)).hexdigest()
