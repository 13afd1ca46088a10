"""Resolves the requirements afresh beside the lock, and says what could move; changes nothing."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path("requirements")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def main() -> int:
    """Print what could move, one package a line; return 2 when nothing could be resolved, as without the network."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh.txt"
        command = ["uv", "pip", "compile", "-q", "--upgrade", "--python-version", "3.11", "--override", "overrides.txt", "--no-header"]
        done = subprocess.run(
            [str(Path(sys.executable).with_name("uv")), *command[1:], "--no-annotate", "run.in", "-o", str(fresh)],
            cwd=FOLDER, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            print(f"nothing could be resolved: {(done.stderr.strip().splitlines() or ['no reason was given'])[-1]}", file=sys.stderr)
            return 2
        moves = differences(locked((FOLDER / "run.txt").read_text("utf-8")), locked(fresh.read_text("utf-8")))
    print("\n".join(moves) or "everything is as new as its neighbours allow")
    return 0


def locked(text: str) -> dict[str, str]:
    """Return the version of each package of a lock."""
    return dict(_PIN.findall(text))


def differences(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Return one line for each package that would change, come or go."""
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return [f"{name}  {old.get(name, '(not there)')} → {new.get(name, '(gone)')}" for name in names]


if __name__ == "__main__":
    sys.exit(main())
