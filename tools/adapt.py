"""Adapts the published sentence encoder to Linden's language, and keeps what changed as a small file under data/encoder.

It learns from the labels and from how a bigger encoder reads every line (`tools/teach.py`, which `make adapt` runs first).
Run by hand when the training lines have changed much (about two hours on two cores). The file is committed;
`tools/build_encoder.py` adds it to the published weights, so nobody else needs PyTorch. What was tried, and what each
gave: docs/decisions/0008 and 0012. A tenth of the lines is never shown to either encoder, so that thresholds can be
chosen on it (`tools/corpus.py: is_set_aside`).
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from tools.adapter import FILE, read_changes, write_changes
from tools.build_encoder import weights_folder
from tools.readings import READINGS, Readings

SEED = 20261122
BATCH, LONGEST = 32, 96  # lines a step; tokens a line
TEMPERATURE = 12.0  # unit vectors are short: the heads read them this much longer
SMOOTHING = 0.05
DANGER_WEIGHT, MISS_WEIGHT = 1.5, 2.0
TEACHER_SHARE, TEACHER_SOFTNESS = 0.5, 2.0  # of what is learned, how much is the teacher's; how far its certainty is softened
WARM_UP = 0.06
TYPO = 0.15  # of lines get one slip of the finger each time they are read


class Reader(nn.Module):  # type: ignore[misc]
    """An encoder with two heads that teach it: which intent, and how much danger."""

    def __init__(self, encoder: nn.Module, intents: int) -> None:
        """Put untrained heads on an encoder."""
        super().__init__()
        self.encoder = encoder
        size = encoder.config.hidden_size
        self.drop, self.intent, self.danger = nn.Dropout(0.1), nn.Linear(size, intents), nn.Linear(size, 2)

    def forward(self, batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores of the intents and of danger for a batch of tokens."""
        hidden = self.encoder(**batch).last_hidden_state.float()
        mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        sentence = functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
        read = self.drop(sentence) * TEMPERATURE
        return self.intent(read), self.danger(read)


def main() -> None:
    """Adapt the encoder and write the file."""
    options = argparse.ArgumentParser()
    options.add_argument("--epochs", type=int, default=4)
    options.add_argument("--rate", type=float, default=1e-4)
    chosen = options.parse_args()
    seed_all()
    readings = Readings.load(Path.cwd() / READINGS)
    source = str(weights_folder())
    encoder = AutoModel.from_pretrained(source, add_pooling_layer=False)
    encoder.embeddings.word_embeddings.weight.requires_grad = False  # words keep the vectors they have
    published = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    _start_from_last(encoder, Path.cwd() / FILE)
    reader, tokens = Reader(encoder, readings.intents.shape[1]), AutoTokenizer.from_pretrained(source)
    texts = [line.text for line in readings.lines]
    for _ in train(reader, texts, lambda batch: _loss(reader, tokens, readings, batch), chosen.epochs, chosen.rate):
        after = encoder.state_dict()
        write_changes(Path.cwd() / FILE, {name: (after[name] - published[name]).numpy() for name in after if after[name].is_floating_point()})


def train(reader: Reader, texts: list[str], loss_of: Callable[[list[int]], torch.Tensor], epochs: int, rate: float) -> Iterator[int]:
    """Let the reader learn from the texts, `loss_of` saying what a batch of their places costs; gives the number of each epoch done."""
    optimiser, schedule = _optimiser(reader, rate, epochs * -(-len(texts) // BATCH))
    for epoch in range(epochs):
        started, losses = time.monotonic(), []
        for batch in batches(texts):
            losses.append(_learn(reader, loss_of(batch), optimiser, schedule))
            if len(losses) % 100 == 0:
                print(f"epoch {epoch + 1}, step {len(losses)}: loss {np.mean(losses[-100:]):.4f}, {time.monotonic() - started:.0f} s", flush=True)
        yield epoch


def seed_all() -> None:
    """Make every choice of chance the same each time."""
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(SEED)


def batches(texts: list[str]) -> list[list[int]]:
    """Return the places of the lines once, shuffled, in batches of much the same length."""
    order = random.sample(range(len(texts)), len(texts))
    found = []
    for start in range(0, len(order), BATCH * 40):
        part = sorted(order[start : start + BATCH * 40], key=lambda place: len(texts[place]))
        found += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
    return random.sample(found, len(found))


def slip(text: str) -> str:
    """Return the text with one slip of the finger: a letter lost, doubled, or swapped with the next."""
    if len(text) < 8:
        return text
    at = random.randrange(1, len(text) - 2)
    return random.choice((text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], text[:at] + text[at + 1] + text[at] + text[at + 2 :]))


def read_batch(reader: Reader, tokens: Any, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the reader's scores of some lines, a few of them mistyped."""
    reader.train()
    mistyped = [slip(text) if random.random() < TYPO else text for text in texts]
    read = tokens(mistyped, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        intent, danger = reader({name: read[name] for name in ("input_ids", "attention_mask")})
    return intent.float(), danger.float()


def label_loss(scores: tuple[torch.Tensor, torch.Tensor], intents: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
    """Return how far scores are from the labels; an intent of -100 or a level of -1 is not known."""
    known = levels >= 0
    wanted = torch.stack([levels >= 1, levels == 2], 1).float()
    loss = scores[0].sum() * 0.0
    if known.any():
        missed = torch.tensor([MISS_WEIGHT] * 2)
        loss = loss + DANGER_WEIGHT * functional.binary_cross_entropy_with_logits(scores[1][known], wanted[known], pos_weight=missed)
    if (intents >= 0).any():
        loss = loss + functional.cross_entropy(scores[0], intents, label_smoothing=SMOOTHING)
    return loss


def _learn(reader: Reader, loss: torch.Tensor, optimiser: Any, schedule: Any) -> float:
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
    optimiser.step()
    schedule.step()
    return float(loss.detach())


def _optimiser(reader: Reader, rate: float, steps: int) -> tuple[Any, Any]:
    """The optimiser, the heads learning faster than the encoder, and the schedule that warms up and fades out."""
    heads = [*reader.intent.parameters(), *reader.danger.parameters()]
    encoder = [parameter for parameter in reader.encoder.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW([{"params": encoder, "lr": rate}, {"params": heads, "lr": 2e-3}], weight_decay=0.01)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, step / (WARM_UP * steps)) * max(0.02, 1 - step / steps))


def _loss(reader: Reader, tokens: Any, readings: Readings, batch: list[int]) -> torch.Tensor:
    """What the labels say of a batch, and what the teacher says."""
    lines = [readings.lines[place] for place in batch]
    intent, danger = read_batch(reader, tokens, [line.text for line in lines])
    labels = label_loss((intent, danger), torch.tensor([line.intent for line in lines]), torch.tensor([line.level for line in lines]))
    taught = functional.softmax(torch.from_numpy(readings.intents[batch].astype(np.float32)) / TEACHER_SOFTNESS, -1)
    said = functional.log_softmax(intent / TEACHER_SOFTNESS, -1)
    teacher = functional.kl_div(said, taught, reduction="batchmean") * TEACHER_SOFTNESS**2
    certain = torch.sigmoid(torch.from_numpy(readings.dangers[batch].astype(np.float32)))
    teacher = teacher + DANGER_WEIGHT * functional.binary_cross_entropy_with_logits(danger, certain)
    return (1 - TEACHER_SHARE) * labels + TEACHER_SHARE * teacher


def _start_from_last(encoder: nn.Module, path: Path) -> None:
    """Begin where the last adaptation ended, if there was one."""
    if path.exists():
        weights = encoder.state_dict()
        encoder.load_state_dict({name: weights[name] + torch.from_numpy(change) for name, change in read_changes(path).items()}, strict=False)


if __name__ == "__main__":
    main()
