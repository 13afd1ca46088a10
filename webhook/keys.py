"""Secret keys, one for each purpose, all derived from one master secret that never leaves its file.

A key for one purpose is no help with another: they are HKDF-SHA256 outputs under different labels.
"""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from webhook.errors import ConfigInvalid

MASTER_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """The master secret, and what is derived from it."""

    master: bytes

    @classmethod
    def load(cls, path: Path) -> Keys:
        """Read the master secret at `path`, or make one there readable by its owner alone; raises ConfigInvalid."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(_read(path))
        with os.fdopen(handle, "wb") as file:
            master = secrets.token_bytes(MASTER_BYTES)
            file.write(master)
        return cls(master)

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for `purpose`."""
        return HKDF(SHA256(), 32, salt=None, info=b"linden/v1/" + purpose.encode()).derive(self.master)

    def tag(self, purpose: str, value: str) -> str:
        """Return a keyed hash of `value` in hex: the same each time, and no way back."""
        return hmac.new(self.derive(purpose), value.encode(), sha256).hexdigest()


def _read(path: Path) -> bytes:
    master = path.read_bytes()
    if len(master) != MASTER_BYTES:
        raise ConfigInvalid(f"{path.name} is not a {MASTER_BYTES}-byte secret; restore it from its backup")
    return master
