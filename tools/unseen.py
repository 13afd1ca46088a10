"""Judges the danger lines set aside, each by a whole detector that has seen it neither when it was fitted nor for its thresholds.

The head that serves is fitted on every line, so it cannot be asked about them. The tenth set aside, which the encoder was
never adapted on, is halved: a detector fitted without one half, with thresholds from the other, judges the one, and back.
"""

from __future__ import annotations

import shutil
import tempfile
import zlib
from pathlib import Path

from safety.danger import DangerDetector
from tools.build_encoder import FOLDER
from tools.corpus import DANGER, NLU, DangerLine, is_set_aside, read_danger
from tools.train_danger import fit


def judge_unseen(root: Path) -> list[tuple[DangerLine, str]]:
    """Return every danger line set aside with the level it was heard at; fitting twice takes a few minutes."""
    lines = [line for line in read_danger(root) if is_set_aside(line.text)]
    return [judged for half in halves(lines) for judged in _judge(root, half)]


def halves(lines: list[DangerLine]) -> tuple[list[DangerLine], list[DangerLine]]:
    """Return the lines in two halves, the same each time, with lines of the same words together."""
    odd = {line.text: zlib.crc32(line.text.encode()) // 10 % 2 == 1 for line in lines}
    return [line for line in lines if not odd[line.text]], [line for line in lines if odd[line.text]]


def write_without(root: Path, folder: Path, texts: set[str]) -> None:
    """Write into `folder` the data under `root` without the lines named, beside the same encoder."""
    shutil.copytree(root / "data", folder / "data")
    for path in [*(folder / DANGER / "train").glob("*.tsv"), *(folder / NLU).glob("*.yml")]:
        kept = [line for line in path.read_text("utf-8").split("\n") if _text(line) not in texts]
        path.write_text("\n".join(kept), "utf-8")
    (folder / FOLDER).parent.mkdir()
    (folder / FOLDER).symlink_to((root / FOLDER).resolve())


def _judge(root: Path, half: list[DangerLine]) -> list[tuple[DangerLine, str]]:
    with tempfile.TemporaryDirectory(prefix="linden-unseen-") as name:
        write_without(root, Path(name), {line.text for line in half})
        fit(Path(name))
        detector = DangerDetector.load(Path(name))
        return [(line, detector(line.text).level) for line in half]


def _text(line: str) -> str:
    """The words of one line of either kind of file."""
    return line.split("\t", maxsplit=1)[0] if "\t" in line else line.strip().removeprefix("- ")
