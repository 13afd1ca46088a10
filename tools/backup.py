"""Copies what must survive the loss of a machine, and puts it back: `make backup TO=folder`, `make restore FROM=folder`.

A backup holds the queue and the directory, and the master secret, which opens nothing by itself. It never holds the
keyring: destroying a day's key must destroy the only copy (docs/security.md). Keep the two apart.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from webhook.config import Config, load_config

DATABASES = ("queue.db", "directory.db")
DUMP, MASTER, MANIFEST = "linden.dump", "master.key", "manifest.json"


class CannotBackUp(Exception):
    """Something is missing or damaged; the message is one clear sentence."""


def main() -> int:
    """`backup TO` or `restore FROM`; return 2 after one sentence when it cannot be done."""
    try:
        verb, folder = sys.argv[1], Path(sys.argv[2])
        config = load_config(os.environ, Path.cwd())
        started = time.monotonic()
        {"backup": backup, "restore": restore}[verb](config, folder)
    except (IndexError, KeyError):
        print("usage: python -m tools.backup backup|restore FOLDER", file=sys.stderr)
        return 2
    except (CannotBackUp, OSError, subprocess.CalledProcessError) as problem:
        print(f"{verb} failed: {problem}", file=sys.stderr)
        return 2
    print(f"{verb}: {folder} ({time.monotonic() - started:.1f} s)")
    return 0


def backup(config: Config, folder: Path) -> None:
    """Copy everything into `folder`, which must be new, while Linden runs; each database as it is at one moment."""
    folder.mkdir(mode=0o700, parents=True)
    if config.database_url:
        with (folder / DUMP).open("wb") as file:
            subprocess.run(["pg_dump", "--format=custom", "--no-owner", f"--dbname={config.database_url}"], stdout=file, check=True)
    else:
        for name in DATABASES:
            _copy_sqlite(config.var / name, folder / name)
    shutil.copyfile(config.var / MASTER, folder / MASTER)
    (folder / MASTER).chmod(0o600)
    (folder / MANIFEST).write_text(json.dumps(_hashes(folder), indent=1), "utf-8")


def restore(config: Config, folder: Path) -> None:
    """Put a backup back; Linden must be stopped. Refuses a damaged backup, and to write over a queue that is there."""
    expected = json.loads((folder / MANIFEST).read_text("utf-8"))
    if _hashes(folder) != expected:
        raise CannotBackUp(f"{folder} is damaged: what is in it is not what its {MANIFEST} says")
    config.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    if config.database_url:
        command = ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={config.database_url}", str(folder / DUMP)]
        subprocess.run(command, check=True)
    else:
        if (config.var / "queue.db").exists():
            raise CannotBackUp(f"{config.var / 'queue.db'} is there already; move it away first")
        for name in DATABASES:
            _copy_sqlite(folder / name, config.var / name)
    if not (config.var / MASTER).exists():
        shutil.copyfile(folder / MASTER, config.var / MASTER)
        (config.var / MASTER).chmod(0o600)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database whole through SQLite itself, and check the copy."""
    if not source.exists():
        raise CannotBackUp(f"there is no {source}")
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
        if writing.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise CannotBackUp(f"the copy of {source.name} is damaged")
    finally:
        reading.close()
        writing.close()


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.name != MANIFEST}


if __name__ == "__main__":
    raise SystemExit(main())
