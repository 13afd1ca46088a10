"""Adapts the published sentence encoder to Linden's language, and keeps what changed as a small file under data/encoder.

Run by hand when the training lines have changed much (about an hour on two cores): `make adapt`. The file is committed;
`tools/build_encoder.py` adds it to the published weights, so nobody else needs PyTorch. What was tried, and what each
gave: docs/decisions/0008. A tenth of the lines is never shown to the encoder, so that thresholds can be chosen on it
(`tools/corpus.py: set_aside`).
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from safety.normalise import Normaliser
from safety.rules import LEVELS
from tools.adapter import FILE, write_changes
from tools.build_encoder import weights_folder
from tools.corpus import is_set_aside, plain, read_danger, read_examples

SEED = 20261122
BATCH, LONGEST = 32, 96  # lines a step; tokens a line
TEMPERATURE = 12.0  # unit vectors are short: the heads read them this much longer
SMOOTHING = 0.05
DANGER_WEIGHT, MISS_WEIGHT = 1.5, 2.0
WARM_UP = 0.06
TYPO = 0.15  # of lines get one slip of the finger each time they are read


class Reader(nn.Module):  # type: ignore[misc]
    """The encoder with two heads that teach it: which intent, and how much danger."""

    def __init__(self, source: str, intents: int) -> None:
        """Load the published weights; words keep the vectors they have."""
        super().__init__()
        self.encoder = AutoModel.from_pretrained(source, add_pooling_layer=False)
        self.encoder.embeddings.word_embeddings.weight.requires_grad = False
        size = self.encoder.config.hidden_size
        self.drop, self.intent, self.danger = nn.Dropout(0.1), nn.Linear(size, intents), nn.Linear(size, 2)

    def forward(self, batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores of the intents and of danger for a batch of tokens."""
        hidden = self.encoder(**batch).last_hidden_state.float()
        mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        sentence = nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
        read = self.drop(sentence) * TEMPERATURE
        return self.intent(read), self.danger(read)


def main() -> None:
    """Adapt the encoder and write the file."""
    options = argparse.ArgumentParser()
    options.add_argument("--epochs", type=int, default=5)
    options.add_argument("--rate", type=float, default=1.5e-4)
    chosen = options.parse_args()
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(SEED)
    lines, intents = read_lines(Path.cwd())
    source = str(weights_folder())
    reader, tokens = Reader(source, len(intents)), AutoTokenizer.from_pretrained(source)
    before = {name: tensor.clone() for name, tensor in reader.encoder.state_dict().items()}
    optimiser, schedule = _optimiser(reader, chosen.rate, chosen.epochs * -(-len(lines) // BATCH))
    print(f"{len(lines)} lines, {len(intents)} intents", flush=True)
    for epoch in range(chosen.epochs):
        started, losses = time.monotonic(), []
        for batch in batches(lines):
            losses.append(_step(reader, tokens, batch, optimiser, schedule))
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, {time.monotonic() - started:.0f} s", flush=True)
        after = reader.encoder.state_dict()
        write_changes(Path.cwd() / FILE, {name: (after[name] - before[name]).numpy() for name in before if after[name].is_floating_point()})


def read_lines(root: Path) -> tuple[list[tuple[str, int, int]], list[str]]:
    """Return (what the models read, intent or -100, level 0 to 2) for every line not set aside, and the intents' names."""
    normalise = Normaliser.load(root)
    examples = read_examples(root)
    intents = sorted({intent for _, intent in examples})
    of = {text: intents.index(intent) for text, intent in examples}
    lines = [(line.text, of.get(line.text, -100), LEVELS.index(line.level)) for line in read_danger(root)]
    return [(plain(text, normalise), intent, level) for text, intent, level in lines if not is_set_aside(text)], intents


def batches(lines: list[tuple[str, int, int]]) -> list[list[tuple[str, int, int]]]:
    """Return the lines once, shuffled, in batches of much the same length."""
    order = random.sample(lines, len(lines))
    found = []
    for start in range(0, len(order), BATCH * 40):
        part = sorted(order[start : start + BATCH * 40], key=lambda line: len(line[0]))
        found += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
    return random.sample(found, len(found))


def slip(text: str) -> str:
    """Return the text with one slip of the finger: a letter lost, doubled, or swapped with the next."""
    if len(text) < 8:
        return text
    at = random.randrange(1, len(text) - 2)
    return random.choice((text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], text[:at] + text[at + 1] + text[at] + text[at + 2 :]))


def _step(reader: Reader, tokens: Any, batch: list[tuple[str, int, int]], optimiser: Any, schedule: Any) -> float:
    reader.train()
    texts = [slip(text) if random.random() < TYPO else text for text, _, _ in batch]
    read = tokens(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        intent, danger = reader({name: read[name] for name in ("input_ids", "attention_mask")})
    intents = torch.tensor([line[1] for line in batch])
    levels = torch.tensor([[line[2] >= 1, line[2] == 2] for line in batch]).float()
    loss = DANGER_WEIGHT * nn.functional.binary_cross_entropy_with_logits(danger.float(), levels, pos_weight=torch.tensor([MISS_WEIGHT] * 2))
    if (intents >= 0).any():
        loss = loss + nn.functional.cross_entropy(intent.float(), intents, label_smoothing=SMOOTHING)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
    optimiser.step()
    schedule.step()
    return float(loss.detach())


def _optimiser(reader: Reader, rate: float, steps: int) -> tuple[Any, Any]:
    heads = [*reader.intent.parameters(), *reader.danger.parameters()]
    encoder = [parameter for parameter in reader.encoder.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW([{"params": encoder, "lr": rate}, {"params": heads, "lr": 2e-3}], weight_decay=0.01)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, step / (WARM_UP * steps)) * max(0.02, 1 - step / steps))


if __name__ == "__main__":
    main()
