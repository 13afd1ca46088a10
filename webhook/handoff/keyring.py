"""One key a day, kept as files outside the database and its backups; destroying one makes its day unreadable for ever."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from webhook.handoff import EpochKeyGone

KEY_BYTES = 32
_EPOCH = re.compile(r"^\d{4}-\d\d-\d\d$")


@dataclass(frozen=True)
class Keyring:
    """The folder of epoch keys; an epoch is a date, `2026-11-22`, the day a record was received."""

    folder: Path

    def make_or_get(self, epoch: str) -> bytes:
        """Return the day's key, made on its first use; two processes that make it at once get the same one."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(epoch)
        if not path.exists():
            self._make(path)
        return self.get(epoch)

    def get(self, epoch: str) -> bytes:
        """Return the day's key; raises EpochKeyGone when it was destroyed or never made."""
        try:
            key = self._path(epoch).read_bytes()
        except FileNotFoundError as error:
            raise EpochKeyGone(f"the key of {epoch} was destroyed; what it locked cannot be read") from error
        if len(key) != KEY_BYTES:
            raise EpochKeyGone(f"the key of {epoch} is damaged; restore the keyring")
        return key

    def destroy(self, epoch: str) -> None:
        """Overwrite and remove the day's key; destroying it twice is no error."""
        path = self._path(epoch)
        try:
            with path.open("r+b", buffering=0) as file:
                file.write(bytes(KEY_BYTES))
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            return
        self._keep_names()

    def epochs(self) -> list[str]:
        """Return the days whose keys exist, oldest first."""
        return sorted(path.stem for path in self.folder.glob("*.key"))

    def _make(self, path: Path) -> None:
        """Write a whole key beside its place and link it there, so that nobody ever reads half of one."""
        draft = path.with_suffix(f".{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        self._keep_names()

    def _keep_names(self) -> None:
        """Make the folder's names outlast a power cut: a record must never be kept when its key is not."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _path(self, epoch: str) -> Path:
        if not _EPOCH.match(epoch):
            raise ValueError(f"{epoch!r} is not a day")
        return self.folder / f"{epoch}.key"
