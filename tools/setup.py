"""Makes the environment of this checkout with nothing but Python 3.11: a virtual environment from the hashed lock.

Standard library only, because it runs before anything is installed. Running it again does nothing until the lock changes.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

VENV = Path(".venv")
LOCKS = {"run": Path("requirements/run.txt"), "dev": Path("requirements/dev.txt")}
INSTALLER = Path("requirements/uv.txt")
NEEDED_BYTES = 4 * 1024**3  # environment, encoder and models, with room to unpack


class CannotSetUp(Exception):
    """The machine lacks something; the message is one clear sentence."""


def main() -> int:
    """Set up for `run` or `dev`, the first argument; return 0, or 2 after one sentence that says what is missing."""
    try:
        set_up(sys.argv[1] if len(sys.argv) > 1 else "run")
    except CannotSetUp as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def set_up(kind: str) -> None:
    """Make the environment hold everything in the lock of `kind`; `dev` holds all that `run` does."""
    if sys.version_info[:2] != (3, 11):
        raise CannotSetUp(f"Linden needs Python 3.11 and this is {sys.version.split()[0]}; set PYTHON to a python3.11.")
    if any(_stamp(each).exists() and _stamp(each).read_text() == _hash(each) for each in {kind, "dev"}):
        return
    if shutil.disk_usage(".").free < NEEDED_BYTES:
        raise CannotSetUp(f"Linden needs {NEEDED_BYTES // 1024**3} GB of free disk space here and there is less.")
    print(f"installing what {kind} needs (once) …", flush=True)
    python = VENV / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(VENV)], "the virtual environment could not be made")
    _run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(INSTALLER)], "uv could not be installed")
    command = [str(VENV / "bin" / "uv"), "pip", "install", "-q", "--python", str(python), "--no-deps", "--require-hashes"]
    _run([*command, "-r", str(LOCKS[kind])], "the pinned packages could not be installed")
    _stamp(kind).write_text(_hash(kind))


def _stamp(kind: str) -> Path:
    return VENV / f"installed-{kind}"


def _hash(kind: str) -> str:
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


def _run(command: list[str], problem: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise CannotSetUp(f"{problem}: {last}")


if __name__ == "__main__":
    raise SystemExit(main())
