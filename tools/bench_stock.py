"""A stock Rasa project to be measured against: what `rasa init` writes, on our own training data, over the REST channel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

# The pipeline and policies of the project that `rasa init` of this Rasa makes, which are its documented defaults.
PIPELINE = [
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
POLICIES = [
    {"name": "MemoizationPolicy"},
    {"name": "RulePolicy"},
    {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": 100},
    {"name": "TEDPolicy", "max_history": 5, "epochs": 100, "constrain_similarities": True},
]
DATA = ("data/nlu", "data/rules", "data/responses")


def make_project(root: Path, folder: Path, actions_url: str) -> None:
    """Write the project into `folder` with our intents, rules, replies and action server."""
    for name in DATA:
        shutil.copytree(root / name, folder / name, dirs_exist_ok=True)
    shutil.copy(root / "domain.yml", folder / "domain.yml")
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": PIPELINE, "policies": POLICIES}
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    (folder / "credentials.yml").write_text("rest:\n", "utf-8")
    (folder / "endpoints.yml").write_text(yaml.safe_dump({"action_endpoint": {"url": actions_url}}), "utf-8")


def train(folder: Path) -> float:
    """Train it and return the seconds it took."""
    started = time.monotonic()
    command = [_rasa(), "train", "--data", "data", "--fixed-model-name", "stock", "--quiet"]
    subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)
    return time.monotonic() - started


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Serve it on the loopback."""
    command = [_rasa(), "run", "-i", "127.0.0.1", "-p", str(port), "-m", "models/stock.tar.gz", "--credentials", "credentials.yml", "--quiet"]
    with (folder / "log").open("w") as log:
        return subprocess.Popen(command, cwd=folder, env=environment(), stdout=log, stderr=log, start_new_session=True)


def environment() -> dict[str, str]:
    """The environment without telemetry."""
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _rasa() -> str:
    return str(Path(sys.executable).with_name("rasa"))
