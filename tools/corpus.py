"""Reads what was written by hand: intent examples, danger lines for training, and the held-out danger lines."""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass
from pathlib import Path

import yaml

NLU = Path("data/nlu")
DANGER = Path("data/danger")


@dataclass(frozen=True)
class DangerLine:
    """One labelled line: how much danger it shows, and the category it was written for."""

    text: str
    level: str
    category: str


def read_examples(root: Path) -> list[tuple[str, str]]:
    """Return every intent example under `root` as (text, intent)."""
    examples = []
    for path in sorted((root / NLU).glob("*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            lines = (line.strip() for line in block["examples"].splitlines())
            examples += [(line[2:], block["intent"]) for line in lines if line.startswith("- ")]
    return examples


def read_danger(root: Path) -> list[DangerLine]:
    """Return the lines the danger head is trained on: its own corpus, and every intent example with the label it was given.

    `train/labels_*.tsv` label intent examples one by one; an example in none of them was judged to be `none`."""
    own, labels = [], {}
    for path in sorted((root / DANGER / "train").glob("*.tsv")):
        for line in read_tsv(path):
            if path.stem.startswith("labels_"):
                labels[line.text] = line
            else:
                own.append(line)
    return own + [labels.get(text, DangerLine(text, "none", intent)) for text, intent in read_examples(root)]


def read_held_out(root: Path) -> list[DangerLine]:
    """Return the danger lines that are never trained on."""
    return read_tsv(root / DANGER / "held_out.tsv")


def read_tsv(path: Path) -> list[DangerLine]:
    """Read a file of text, danger and category."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [DangerLine(row["text"], row["danger"], row["category"]) for row in rows]


def is_set_aside(text: str) -> bool:
    """True for the tenth of the lines that the encoder is never adapted on: thresholds are chosen on these."""
    return zlib.crc32(text.encode()) % 10 == 0
