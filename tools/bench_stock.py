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
_BAR = re.compile(r"Epochs: [^\r\n]*?(\d+)/(\d+) \[([\d:]+)<00:00")  # how a progress bar of Rasa ends: epochs, of how many, and the time they took


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
    """How long a training took, and of that its epochs, in seconds; and how many epochs each learner was given."""

    seconds: float
    in_epochs: float
    epochs: int

    @property
    def whole(self) -> float:
        """The seconds that all the epochs of `rasa init` take: measured, or projected from those that were run."""
        return self.seconds + self.in_epochs * (EPOCHS / self.epochs - 1)


def train(folder: Path, epochs: int) -> Training:
    """Train it and return how long it took."""
    started = time.monotonic()
    command = [_rasa(), "train", "--data", "data", "--fixed-model-name", "stock"]
    done = subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True, text=True)
    seconds = time.monotonic() - started
    return Training(seconds, sum(epoch_seconds(done.stderr + done.stdout)), epochs)


def epoch_seconds(shown: str) -> list[float]:
    """Return the seconds each learner spent in its epochs, from what Rasa shows while it trains."""
    ends = (found for found in _BAR.finditer(shown) if found[1] == found[2])
    return [float(sum(60**place * int(part) for place, part in enumerate(reversed(found[3].split(":"))))) for found in ends]


def serve(port: int) -> list[str]:
    """The command that serves it on the loopback, in its folder."""
    return [_rasa(), "run", "-i", "127.0.0.1", "-p", str(port), "-m", "models/stock.tar.gz", "--credentials", "credentials.yml", "--quiet"]


def _rasa() -> str:
    return str(Path(sys.executable).with_name("rasa"))
