"""What only text messages need, read once: whole-text phrases, the register's words, and the words of times."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from webhook.sms.lexicon import Lexicon
from webhook.sms.phrases import Phrases
from webhook.sms.register import Register


@dataclass(frozen=True)
class Texting:
    """The reviewed lists under data/sms."""

    phrases: Phrases
    register: Register
    lexicon: Lexicon

    @classmethod
    def load(cls, root: Path) -> Texting:
        """Read data/sms under `root`."""
        return cls(Phrases.load(root), Register.load(root), Lexicon.load(root))
