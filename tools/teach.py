"""Teaches a bigger encoder Linden's language, and writes down how it reads every line, for the small one to learn from.

The teacher is the published all-mpnet-base-v2, five times as slow as what serves; only low-rank changes to its layers are
learned, for an hour on two cores. It reads the lines it was taught on and the clauses of long ones, which have no label
but its own. Part of `make adapt`; what it gave is in docs/decisions/0012.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from safety.normalise import Normaliser, plain
from safety.rules import LEVELS
from tools.adapt import BATCH, LONGEST, Reader, label_loss, read_batch, seed_all, train
from tools.compare.encoders import MPNET_SHA256, check, unpack_mpnet
from tools.corpus import is_set_aside, read_danger, read_examples
from tools.readings import READINGS, Line, Readings

RANK, STRENGTH = 16, 2.0
LONG_ENOUGH, CLAUSE_WORDS, MOST_CLAUSES = 12, (4, 30), 8_000
_BETWEEN_CLAUSES = re.compile(r"[.,;!?]| and | but | so | because ")


class LowRank(nn.Module):  # type: ignore[misc]
    """A layer that stays as published, with a change of low rank that is learned."""

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        """Begin with no change."""
        super().__init__()
        self.layer = layer
        self.down = nn.Parameter(torch.randn(rank, layer.in_features) / math.sqrt(layer.in_features))
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, read: torch.Tensor) -> torch.Tensor:
        """Return what the layer and its change make of `read`."""
        return self.layer(read) + STRENGTH * ((read @ self.down.T) @ self.up.T)


def main() -> None:
    """Teach, read, and write the readings."""
    options = argparse.ArgumentParser()
    options.add_argument("--epochs", type=int, default=3)
    options.add_argument("--rate", type=float, default=3e-4)
    chosen = options.parse_args()
    seed_all()
    root = Path.cwd()
    lines, intents = read_lines(root)
    with tempfile.TemporaryDirectory() as folder:
        source = unpack_mpnet(root, Path(folder))
        check(source, MPNET_SHA256)
        encoder, tokens = AutoModel.from_pretrained(source, add_pooling_layer=False), AutoTokenizer.from_pretrained(source)
    for parameter in encoder.parameters():
        parameter.requires_grad = False
    change_layers(encoder.encoder)
    reader = Reader(encoder, len(intents))
    teach(reader, tokens, lines, chosen.epochs, chosen.rate)
    lines += [Line(clause, -100, -1) for clause in clauses([line.text for line in lines])]
    scores = read_all(reader, tokens, [line.text for line in lines])
    (root / READINGS).parent.mkdir(exist_ok=True)
    Readings(lines, *scores).save(root / READINGS)


def read_lines(root: Path) -> tuple[list[Line], list[str]]:
    """Return every line not set aside as the models read it, and the intents' names."""
    normalise = Normaliser.load(root)
    examples = read_examples(root)
    intents = sorted({intent for _, intent in examples})
    of = {text: intents.index(intent) for text, intent in examples}
    read = [line for line in read_danger(root) if not is_set_aside(line.text)]
    return [Line(plain(line.text, normalise), of.get(line.text, -100), LEVELS.index(line.level)) for line in read], intents


def change_layers(module: nn.Module) -> None:
    """Put a low-rank change beside every linear layer under `module`."""
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, LowRank(child, RANK))
        else:
            change_layers(child)


def teach(reader: Reader, tokens: Any, lines: list[Line], epochs: int, rate: float) -> None:
    """Let the reader learn the labels of the lines."""

    def loss_of(batch: list[int]) -> torch.Tensor:
        read = [lines[place] for place in batch]
        labels = torch.tensor([line.intent for line in read]), torch.tensor([line.level for line in read])
        return label_loss(read_batch(reader, tokens, [line.text for line in read]), *labels)

    for _ in train(reader, [line.text for line in lines], loss_of, epochs, rate):
        pass


def clauses(texts: list[str]) -> list[str]:
    """Return one clause of every long line, at most MOST_CLAUSES, none of them a line itself."""
    known, found = set(texts), []
    for text in texts:
        fit = [part.strip() for part in _BETWEEN_CLAUSES.split(text) if CLAUSE_WORDS[0] <= len(part.split()) <= CLAUSE_WORDS[1]]
        if len(text.split()) >= LONG_ENOUGH and fit:
            found.append(random.choice(fit))
    found = sorted(set(found) - known)
    return random.sample(found, min(MOST_CLAUSES, len(found)))


def read_all(reader: Reader, tokens: Any, texts: list[str]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the reader's scores of every line: (lines, intents) and (lines, 2)."""
    reader.eval()
    order = np.argsort([len(text) for text in texts])
    intents, dangers = np.zeros((len(texts), reader.intent.out_features), np.float16), np.zeros((len(texts), 2), np.float16)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for places in np.array_split(order, -(-len(order) // (2 * BATCH))):
            read = tokens([texts[place] for place in places], padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
            scores = reader({name: read[name] for name in ("input_ids", "attention_mask")})
            intents[places], dangers[places] = (part.float().numpy() for part in scores)
    return intents, dangers


if __name__ == "__main__":
    main()
