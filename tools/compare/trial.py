"""One system trained on one part and asked its test lines, each in a process of its own and a folder that is thrown away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml

from tools.bench_programs import environment
from tools.bench_stock import PIPELINE
from tools.compare.encoders import encoder_folder
from tools.compare.open_data import REFUSED, Lines, Part
from tools.evaluate import FALLBACK

STOCK = "stock"
SYSTEMS = {
    "published": "Linden's pipeline, MiniLM as published",
    "adapted": "Linden's pipeline, its own adapted encoder",
    "mpnet": "Linden's pipeline, mpnet as published",
    STOCK: "Rasa's stock pipeline (DIET, 100 epochs)",
}
CHOICES = {"C": [0.1, 0.3, 1.0, 3.0], "ngrams": [1.0, 0.5, 0.3]}  # on the lines trained on alone
THRESHOLDS = [hundredth / 100 for hundredth in range(100)]

Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class Trial:
    """What one system did on one part: [right, of how many], seconds, megabytes, and milliseconds a message."""

    part: str
    system: str
    day: str
    load: float  # processes that wanted a core when it began
    cores: int
    trained_on: int
    in_scope: list[int]
    refused: list[int]
    chosen: dict[str, Any]  # the same two at the threshold chosen on the validation lines, and that threshold; empty without such lines
    seconds: float
    computing: float
    model: float
    encoder: float
    memory: float
    median: float
    p95: float


def run_trial(root: Path, part: Part, system: str) -> Trial:
    """Train and ask; it takes a minute or two, and hours for the stock pipeline on the bigger parts."""
    load = os.getloadavg()[0]
    encoder = None if system == STOCK else encoder_folder(root, system)
    with tempfile.TemporaryDirectory(prefix="linden-compare-") as name:
        folder = Path(name)
        write_project(root, folder, part, encoder)
        trained, asked = (_run(root, folder, what) for what in ("train", "ask"))
    rankings = [[(name, sure) for name, sure in ranking] for ranking in asked["rankings"]]
    tested, choosing = rankings[: len(part.test)], rankings[len(part.test) :]
    in_scope, refused = score(part.test, tested, refuses=bool(part.choose))
    median, p95 = np.percentile(asked["milliseconds"], (50, 95))
    return Trial(
        part.name,
        system,
        f"{datetime.now(UTC):%Y-%m-%d}",
        round(load, 1),
        psutil.cpu_count() or 1,
        len(part.train),
        in_scope,
        refused,
        at_chosen_threshold(part, tested, choosing) if part.choose else {},
        round(trained["seconds"], 1),
        round(trained["computing"], 1),
        round(trained["bytes"] / 2**20, 1),
        round(sum(file.stat().st_size for file in encoder.iterdir()) / 2**20, 1) if encoder else 0.0,
        round(asked["memory"] / 2**20),
        round(float(median), 1),
        round(float(p95), 1),
    )


def write_project(root: Path, folder: Path, part: Part, encoder: Path | None) -> None:
    """Write what a child reads: Linden's pipeline over an encoder, or the stock pipeline when there is none."""
    if encoder:
        (folder / "models").mkdir()
        (folder / "models/encoder").symlink_to(encoder.resolve())
        (folder / "data").symlink_to(root / "data")
        (folder / "config.yml").write_text(yaml.safe_dump(chosen_by_folds(yaml.safe_load((root / "config.yml").read_text("utf-8")))), "utf-8")
    else:
        stock = {"recipe": "default.v1", "assistant_id": STOCK, "language": "en", "pipeline": PIPELINE}
        (folder / "config.yml").write_text(yaml.safe_dump(stock, sort_keys=False), "utf-8")
    examples = [{"text": text, "intent": intent} for text, intent in part.train]
    (folder / "nlu.json").write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}), "utf-8")
    (folder / "asked.json").write_text(json.dumps([text for text, _ in part.test + part.choose]), "utf-8")


def chosen_by_folds(config: dict[str, Any]) -> dict[str, Any]:
    """Return Linden's pipeline with CHOICES for its classifier to choose from: what it has is what suited Linden's own lines."""
    pipeline = [part | CHOICES if part["name"].startswith("bot.classifier") else part for part in config["pipeline"]]
    return config | {"pipeline": pipeline}


def score(lines: Lines, rankings: list[Ranking], *, refuses: bool) -> tuple[list[int], list[int]]:
    """Return [right, of how many] in scope and out of it; where nothing is out of scope the fallback is looked past."""
    inside, outside = [], []
    for (_, intent), ranking in zip(lines, rankings, strict=True):
        names = [name for name, _ in ranking]
        heard = next((name for name in names if refuses or name != FALLBACK), REFUSED)
        if intent == REFUSED:
            outside.append(heard in (REFUSED, FALLBACK))
        else:
            inside.append(heard == intent)
    return [sum(inside), len(inside)], [sum(outside), len(outside)]


def at_chosen_threshold(part: Part, tested: list[Ranking], choosing: list[Ranking]) -> dict[str, Any]:
    """Refuse below the confidence that gave most right validation lines, in scope and out of it together, as the paper chose its own."""
    sure = [_without_fallback(ranking) for ranking in choosing]
    rights = {t: _right(part.choose, sure, t) for t in THRESHOLDS}
    threshold = max(rights, key=lambda t: (rights[t], t))
    in_scope, refused = score(part.test, [_refuse(_without_fallback(ranking), threshold) for ranking in tested], refuses=True)
    return {"threshold": threshold, "in_scope": in_scope, "refused": refused}


def _right(lines: Lines, rankings: list[Ranking], threshold: float) -> int:
    """How many lines are right, or rightly refused, at a threshold."""
    in_scope, refused = score(lines, [_refuse(ranking, threshold) for ranking in rankings], refuses=True)
    return in_scope[0] + refused[0]


def _without_fallback(ranking: Ranking) -> Ranking:
    return [(name, sure) for name, sure in ranking if name != FALLBACK]


def _refuse(ranking: Ranking, threshold: float) -> Ranking:
    return ranking if ranking[0][1] >= threshold else [(REFUSED, 1.0)]


def _run(root: Path, folder: Path, what: str) -> Any:
    """Run the child; raises CalledProcessError with what it said last."""
    env = environment() | {"PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-W", "ignore", "-m", "tools.compare.child", what], cwd=folder, env=env, check=True, capture_output=True)
    return json.loads((folder / f"{what}.json").read_text("utf-8"))
