"""A stock Rasa project to be measured against: what `rasa init` writes, on our own training data, over the REST channel."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.bench_programs import environment

# The pipeline and policies of the project that `rasa init` of this Rasa makes, which are its documented defaults.
PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": 100, "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
POLICIES: list[dict[str, Any]] = [
    {"name": "MemoizationPolicy"},
    {"name": "RulePolicy"},
    {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": 100},
    {"name": "TEDPolicy", "max_history": 5, "epochs": 100, "constrain_similarities": True},
]
DATA = ("data/nlu", "data/rules", "data/responses")


EPOCHS = 100  # what `rasa init` asks for
_BAR = re.compile(r"Epochs: [^\r\n]*?(\d+)/\d+ \[([\d:]+)<")  # how Rasa shows its progress: epochs done, of how many, and the time so far


def make_project(root: Path, folder: Path, actions_url: str, epochs: int) -> None:
    """Write the project into `folder` with our intents, rules, replies and action server."""
    for name in DATA:
        shutil.copytree(root / name, folder / name, dirs_exist_ok=True)
    shutil.copy(root / "domain.yml", folder / "domain.yml")
    pipeline, policies = ([part | ({"epochs": epochs} if "epochs" in part else {}) for part in parts] for parts in (PIPELINE, POLICIES))
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": pipeline, "policies": policies}
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    (folder / "credentials.yml").write_text("rest:\n", "utf-8")
    (folder / "endpoints.yml").write_text(yaml.safe_dump({"action_endpoint": {"url": actions_url}}), "utf-8")


@dataclass(frozen=True)
class Training:
    """How long a training took, with so many epochs for each learner, and how long one more epoch of all of them takes, in seconds."""

    seconds: float
    an_epoch: float = 0.0
    epochs: int = EPOCHS

    @property
    def whole(self) -> float:
        """The seconds that all the epochs of `rasa init` take: measured, or projected from those that were run."""
        return self.seconds + self.an_epoch * (EPOCHS - self.epochs)


def train(folder: Path, epochs: int) -> Training:
    """Train it and return how long it took."""
    started = time.monotonic()
    command = [_rasa(), "train", "--data", "data", "--fixed-model-name", "stock"]
    done = subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True, text=True)
    seconds = time.monotonic() - started
    return Training(seconds, an_epoch(done.stderr + done.stdout), epochs)


def an_epoch(shown: str) -> float:
    """Return the seconds one epoch of every learner takes, from what Rasa shows while it trains; the first of each, in which the
    rest is prepared, is left out."""
    bars: list[dict[int, float]] = []
    for found in _BAR.finditer(shown):
        done = int(found[1])
        if not bars or done < max(bars[-1], default=0):
            bars.append({})
        if done:
            bars[-1].setdefault(done, _seconds(found[2]))
    return sum((bar[max(bar)] - bar[min(bar)]) / (max(bar) - min(bar)) for bar in bars if len(bar) > 1)


def _seconds(clock: str) -> float:
    """Read a time such as 1:02 or 1:02:03."""
    return float(sum(60**place * int(part) for place, part in enumerate(reversed(clock.split(":")))))


def serve(port: int) -> list[str]:
    """The command that serves it on the loopback, in its folder."""
    return [_rasa(), "run", "-i", "127.0.0.1", "-p", str(port), "-m", "models/stock.tar.gz", "--credentials", "credentials.yml", "--quiet"]


def _rasa() -> str:
    return str(Path(sys.executable).with_name("rasa"))
