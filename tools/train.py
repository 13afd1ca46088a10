"""Trains what is learned, once for each state of its inputs: the danger head, and the Rasa model.

The name of a model carries the hash of everything that goes into it; nothing is trained again until one of them changes.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tools import build_encoder

MODELS = Path("models")
LOG = Path("var/train.log")
KEPT = 2  # models kept: the one in use and the one before it

READING = ("data/nlu", "data/lexicon/texting.tsv", "safety/normalise.py", "safety/redact.py", "safety/ngrams.py")  # what both learn from
DANGER_INPUTS = (*READING, "data/danger/train", "tools/train_danger.py", "tools/corpus.py")
RASA_INPUTS = (
    *READING,
    "config.yml",
    "domain.yml",
    "data/rules",
    "data/stories",
    "data/responses",
    "bot/classifier.py",
    "bot/featurizer.py",
    "bot/ngrams.py",
    "bot/reading.py",
)


def main() -> int:
    """Build the encoder, fit the danger head and train Rasa, each only if needed; return an exit code."""
    root = Path.cwd()
    failed = build_encoder.main()
    if failed:
        return failed
    (root / LOG).parent.mkdir(exist_ok=True)
    commands = {}
    if not is_fitted(root):
        commands["fitting the danger head"] = ["tools.train_danger"]
    if not model_path(root).exists():
        commands["training the assistant"] = ["tools.train_rasa", str(model_path(root))]
    run_quietly({what: [sys.executable, "-W", "ignore", "-m", *command] for what, command in commands.items()}, root)
    if "fitting the danger head" in commands:
        danger_stamp(root).write_text(danger_hash(root), "utf-8")
    _drop_old(root)
    return 0


def model_path(root: Path) -> Path:
    """Where the Rasa model for the inputs under `root` is, or will be."""
    encoder = (root / build_encoder.FOLDER / "manifest.json").read_text("utf-8")
    return root / MODELS / f"linden-{hash_of(root, RASA_INPUTS, encoder)}.tar.gz"


def danger_hash(root: Path) -> str:
    """The hash of the danger head's inputs under `root`."""
    encoder = (root / build_encoder.FOLDER / "manifest.json").read_text("utf-8")
    return hash_of(root, DANGER_INPUTS, encoder)


def danger_stamp(root: Path) -> Path:
    """The file that says which inputs the head in use was fitted on."""
    return root / MODELS / "danger.inputs"


def is_fitted(root: Path) -> bool:
    """True when the danger head in use was fitted on the inputs as they are."""
    stamp = danger_stamp(root)
    return (root / MODELS / "danger.npz").exists() and stamp.exists() and stamp.read_text("utf-8") == danger_hash(root)


def run_quietly(commands: dict[str, list[str]], root: Path) -> None:
    """Run commands side by side with one line of progress; their output goes to var/train.log. Raises SystemExit(2) if one fails."""
    env = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(root)}
    started = time.monotonic()
    with (root / LOG).open("a", encoding="utf-8") as log:
        running = {what: subprocess.Popen(command, cwd=root, stdout=log, stderr=log, env=env) for what, command in commands.items()}
        while running:
            _progress(f"{' and '.join(running)} … {time.monotonic() - started:3.0f} s")
            time.sleep(1.0)
            for what in [what for what, process in running.items() if process.poll() is not None]:
                if running.pop(what).returncode:
                    for other in running.values():
                        other.terminate()
                    print(f"{what} failed; {LOG} says why", file=sys.stderr)
                    raise SystemExit(2)
                print(f"\r{what}: {time.monotonic() - started:.0f} s{' ' * 40}", flush=True)


def _progress(line: str) -> None:
    """Keep one line moving on a terminal; say nothing more where there is none."""
    if sys.stdout.isatty():
        print(f"\r{line}", end="", flush=True)


def hash_of(root: Path, inputs: Iterable[str], *more: str) -> str:
    """The hash of the files named under `root`, their contents and names, and of `more`."""
    digest = hashlib.sha256("\0".join(more).encode())
    for name in inputs:
        for path in _files(root / name):
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return [path] if path.exists() else []


def _drop_old(root: Path) -> None:
    models = sorted((root / MODELS).glob("linden-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for path in models[:-KEPT]:
        path.unlink()


if __name__ == "__main__":
    raise SystemExit(main())
