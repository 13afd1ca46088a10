"""`make eval FILE=rows.tsv`: measures understanding and danger through the front door's own functions.

Prints one JSON object last; every wrong row and the counts per intent go to `var/eval/`. Columns (evaluation README):
text, intents joined by `|`, danger, area, channel; what a file does not have is left out.
"""

from __future__ import annotations

import csv
import json
import logging
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

from tools.agent import AgentAssistant, own_directory
from tools.train import model_path
from webhook.app import build
from webhook.conversations import Conversation
from webhook.front_door import Said
from webhook.parts import Parts
from webhook.rasa_client import Understood

OUT = Path("var/eval")
FALLBACK = "nlu_fallback"
Z = 1.96  # 95 %


@dataclass
class Recorder:
    """An assistant that passes every turn on and remembers what was understood of the message as a whole, asked first."""

    inner: AgentAssistant
    last: Understood | None = None

    def send(self, conversation: str, channel: str, text: str, metadata: dict[str, str], seconds: float) -> Understood:
        """Pass the turn on."""
        understood = self.inner.send(conversation, channel, text, metadata, seconds)
        self.last = self.last or understood
        return understood

    def forget(self, conversation: str) -> None:
        """Pass it on."""
        self.inner.forget(conversation)

    def ready(self) -> bool:
        """True."""
        return True


@dataclass
class Row:
    """One row of the file, with what was answered to it."""

    text: str
    intents: list[str]
    danger: str
    area: str
    channel: str
    ranked: list[str] = field(default_factory=list)
    heard: str = "none"
    found: str | None = None
    milliseconds: float = 0.0


def main() -> int:
    """Measure the file named as the first argument; return 2 with a sentence when it cannot be read."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_file():
        print("Say which file: make eval FILE=rows.tsv", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)
    root = Path.cwd()
    rows = read_rows(Path(sys.argv[1]))
    linden, recorder = front_door(root)
    for number, row in enumerate(rows):
        answer_row(linden, recorder, row, number)
    write_details(root, rows)
    print(json.dumps(figures(rows)))
    return 0


def front_door(root: Path) -> tuple[Parts, Recorder]:
    """Build the front door over the trained assistant in this process, with databases of its own."""
    recorder = Recorder(AgentAssistant(model_path(root)))
    return build(own_directory(root / OUT / "run", root), assistant=recorder, now=lambda: datetime.now(UTC)), recorder


def answer_row(linden: Parts, recorder: Recorder, row: Row, number: int) -> None:
    """Send one row through the front door as the first message of a conversation of its own."""
    conversation = Conversation(f"eval-{number}", row.channel, linden.front_door.clock())
    recorder.last = None
    started = time.perf_counter()
    answer = linden.front_door.answer(conversation, Said(row.text, linden.front_door.clock()))
    row.milliseconds = (time.perf_counter() - started) * 1000
    ranking: tuple[tuple[str, float], ...] = recorder.last.ranking if recorder.last else ()
    row.ranked = ["out_of_scope" if name == FALLBACK else name for name, _ in ranking]
    row.heard, row.found = answer.danger, conversation.area
    linden.rasa.forget(conversation.id)


def read_rows(path: Path) -> list[Row]:
    """Read a tab-separated file with a header; missing columns are empty."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Row(
            r["text"],
            (r.get("intents") or "").split("|") if r.get("intents") else [],
            r.get("danger") or "",
            r.get("area") or "",
            r.get("channel") or "web",
        )
        for r in rows
    ]


def figures(rows: list[Row]) -> dict[str, Any]:
    """Return the figures of the contract; a hit for high is high or now, a false alarm is a none row heard as either."""
    result: dict[str, Any] = {"n": len(rows)}
    labelled = [row for row in rows if row.intents]
    if labelled:
        result["top1"] = _share(map(right, labelled))
        result["top3"] = _share(any(name in row.intents for name in row.ranked[:3]) for row in labelled)
        result["oos_recall"] = _share(row.ranked[:1] == ["out_of_scope"] for row in labelled if row.intents[0] == "out_of_scope")
        result["in_scope_refused"] = _share(row.ranked[:1] == ["out_of_scope"] for row in labelled if "out_of_scope" not in row.intents)
    if any(row.danger for row in rows):
        result["danger"] = {
            "now": _recall(heard_at(row.heard, "now") for row in rows if row.danger == "now"),
            "high": _recall(heard_at(row.heard, "high") for row in rows if row.danger == "high"),
            "false_alarm": _share(row.heard != "none" for row in rows if row.danger == "none"),
        }
    if any(row.area for row in rows):
        result["area_found"] = _share(row.found == row.area for row in rows if row.area)
    times = [row.milliseconds for row in rows]
    result["latency_ms"] = {"p50": round(float(np.percentile(times, 50)), 1), "p95": round(float(np.percentile(times, 95)), 1)}
    return result


def right(row: Row) -> bool:
    """True when the intent heard first is one that is acceptable."""
    return bool(row.ranked) and row.ranked[0] in row.intents


def heard_at(heard: str, level: str) -> bool:
    """True when danger of `level` was heard as it must be: `now` as now, `high` as either."""
    return heard == "now" if level == "now" else heard != "none"


def wilson(hits: int, n: int) -> list[float]:
    """The Wilson 95 % interval of a share."""
    if n == 0:
        return [0.0, 1.0]
    p = hits / n
    centre, spread = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return [round((centre - spread) / (1 + Z * Z / n), 4), round((centre + spread) / (1 + Z * Z / n), 4)]


def write_details(root: Path, rows: list[Row]) -> None:
    """Write every wrong row, and how each intent fared, to var/eval."""
    folder = root / OUT
    with (folder / "wrong.tsv").open("w", encoding="utf-8") as file:
        file.write("wrong\ttext\twanted\tgiven\tdanger\theard\tarea\tfound\n")
        for row in rows:
            if wrong := wrong_in(row):
                cells = (wrong, row.text, "|".join(row.intents), "|".join(row.ranked[:3]), row.danger, row.heard, row.area, row.found or "")
                file.write("\t".join(cells) + "\n")
    asked = Counter(row.intents[0] for row in rows if row.intents)
    found = Counter(row.intents[0] for row in rows if row.intents and right(row))
    lines = [f"{name}\t{asked[name]}\t{found[name]}" for name in sorted(asked)]
    (folder / "intents.tsv").write_text("intent\tn\tright\n" + "\n".join(lines) + "\n", "utf-8")


def wrong_in(row: Row) -> str:
    """Say what is wrong with the answer to a row: intent, missed, alarm, area; empty when all is right."""
    faults = []
    if row.intents and not right(row):
        faults.append("intent")
    if row.danger in ("now", "high") and not heard_at(row.heard, row.danger):
        faults.append("missed")
    if row.danger == "none" and row.heard != "none":
        faults.append("alarm")
    if row.area and row.found != row.area:
        faults.append("area")
    return "+".join(faults)


def _share(hits: Any) -> float | None:
    values = [bool(hit) for hit in hits]
    return round(sum(values) / len(values), 4) if values else None


def _recall(hits: Any) -> dict[str, Any]:
    values = [bool(hit) for hit in hits]
    return {"recall": _share(values), "ci": wilson(sum(values), len(values)), "n": len(values)}


if __name__ == "__main__":
    raise SystemExit(main())
