"""Reads BANKING77 and CLINC150 as they are published; they are compared on, never trained into Linden.

BANKING77: Casanueva et al., "Efficient Intent Detection with Dual Sentence Encoders" (2020), CC BY 4.0.
CLINC150: Larson et al., "An Evaluation Dataset for Intent Classification and Out-of-Scope Prediction" (2019), CC BY 3.0.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SEED = 20261122
REFUSED = "out_of_scope"

Lines = list[tuple[str, str]]  # text, intent


@dataclass(frozen=True)
class Part:
    """One thing to be compared on: what is trained on, what thresholds may be chosen on, and what is asked."""

    name: str
    train: Lines
    choose: Lines
    test: Lines


PARTS = ("banking10", "banking30", "banking", "clinc")


def read_part(folder: Path, name: str) -> Part:
    """Return a part by its name; the number after `banking` is how many examples of each intent, drawn with SEED."""
    if name == "clinc":
        return read_clinc(folder)
    most = int(name.removeprefix("banking") or 0)
    train = read_banking(folder / "banking77_train.csv")
    return Part(name, few(train, most) if most else train, [], read_banking(folder / "banking77_test.csv"))


def read_banking(path: Path) -> Lines:
    """Return the lines of one file of BANKING77."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(" ".join(row["text"].split()), row["category"]) for row in csv.DictReader(file)]


def read_clinc(folder: Path) -> Part:
    """Return CLINC150 in full; what its authors call `oos` is called as our own intent is."""
    with gzip.open(folder / "clinc150_data_full.json.gz", "rt", encoding="utf-8") as file:
        content = json.load(file)
    found = {}
    for split in ("train", "val", "test"):
        found[split] = [(text, REFUSED if intent == "oos" else intent) for text, intent in content[split] + content[f"oos_{split}"]]
    return Part("clinc", found["train"], found["val"], found["test"])


def few(lines: Lines, most: int) -> Lines:
    """Return `most` lines of each intent, the same ones each time."""
    texts = defaultdict(list)
    for text, intent in lines:
        texts[intent].append(text)
    chance = random.Random(SEED)
    return [(text, intent) for intent in sorted(texts) for text in chance.sample(texts[intent], most)]
