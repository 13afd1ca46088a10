"""What was measured, one dated file under docs/compare for each day it was measured on; the newest figure of each kind counts."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.compare.alarms import Alarm, Alarms
from tools.compare.trial import Trial

FOLDER = Path("docs/compare")


def keep(root: Path, kind: str, name: str, figures: dict[str, Any]) -> None:
    """Write figures into today's file: `kind` is trials or alarms, `name` says which."""
    path = root / FOLDER / f"{datetime.now(UTC):%Y-%m-%d}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.loads(path.read_text("utf-8")) if path.exists() else {}
    content.setdefault(kind, {})[name] = figures
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")


def keep_trial(root: Path, trial: Trial) -> None:
    """Write what one system did on one part."""
    keep(root, "trials", f"{trial.part} {trial.system}", asdict(trial))


def keep_alarms(root: Path, alarms: Alarms) -> None:
    """Write the false alarms on one set of messages."""
    keep(root, "alarms", alarms.name, asdict(alarms))


def read_trials(root: Path) -> dict[tuple[str, str], Trial]:
    """Return the newest trial of each part and system."""
    return {(trial["part"], trial["system"]): Trial(**trial) for trial in _newest(root, "trials").values()}


def read_alarms(root: Path) -> list[Alarms]:
    """Return the newest false alarms of each set of messages."""
    return [Alarms(kept["name"], kept["n"], [Alarm(**alarm) for alarm in kept["raised"]]) for kept in _newest(root, "alarms").values()]


def _newest(root: Path, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted((root / FOLDER).glob("*.json")):
        found |= json.loads(path.read_text("utf-8")).get(kind, {})
    return found
