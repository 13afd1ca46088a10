"""The receipt: two common words that cancel a request, and do nothing else. Derived from its id, so a retry gets the same."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from webhook.keys import Keys

WORDS = Path("data/lexicon/receipt_words.txt")


@dataclass(frozen=True)
class Receipts:
    """The words, and the keys that pick and hash them."""

    words: tuple[str, ...]
    keys: Keys

    @classmethod
    def load(cls, root: Path, keys: Keys) -> Receipts:
        """Read the word list under `root`: one common, easily spelled word a line."""
        return cls(tuple((root / WORDS).read_text("utf-8").split()), keys)

    def of(self, request_id: str) -> str:
        """Return the receipt of a request: two words with a hyphen between."""
        digest = hmac.new(self.keys.derive("receipt/words"), request_id.encode(), sha256).digest()
        first, second = (int.from_bytes(digest[i : i + 8], "big") % len(self.words) for i in (0, 8))
        return f"{self.words[first]}-{self.words[second]}"

    def tag(self, receipt: str) -> str:
        """Return the keyed hash a receipt is stored and looked up by; case, spaces and hyphens do not matter."""
        return self.keys.tag("receipt/tag", "-".join(re.findall(r"[a-z]+", receipt.lower())))

    def looks_like_one(self, text: str) -> bool:
        """True when a message is just two words of the list, as a text that cancels would be."""
        found = re.findall(r"[a-z]+", text.lower())
        return len(found) == 2 and all(word in self.words for word in found)
