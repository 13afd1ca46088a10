"""`make report FILE=rows.tsv`: writes docs/understanding.md and its two pictures from a run; nobody edits them by hand.

Rows come from an evaluation file and, for danger by category, from the lines set aside and data/danger/held_out.tsv, which
nothing is trained on. No row is quoted: the examples beside a confusion are training lines of the two intents. False alarms
on other people's messages are those that `make compare` last kept.
"""

from __future__ import annotations

import logging
import platform
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from tools.compare.page import alarms_table
from tools.compare.results import read_alarms
from tools.corpus import DangerLine, read_examples, read_held_out
from tools.evaluate import Row, answer_row, front_door, heard_at, read_rows, right, wilson
from tools.unseen import judge_unseen
from webhook.parts import Parts

PAGE = Path("docs/understanding.md")
PICTURES = Path("docs/pictures")
HEAT, CURVE = "understanding-confusions.png", "understanding-calibration.png"
WORST = 12  # confusions shown
BINS = 10
FLOORS = {"now": 0.90, "high": 0.90}  # of danger heard on data/danger/held_out.tsv; tests/test_danger.py fails under them
FEWEST = 10  # lines of a category that a share is shown for

Counts = dict[str, tuple[int, int]]  # name: (hits, of how many)


def main() -> int:
    """Measure the file named as the first argument and write the report; return 2 with a sentence when it cannot be read."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_file():
        print("Say which file: make report FILE=rows.tsv", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)
    root, file = Path.cwd(), Path(sys.argv[1])
    rows = read_rows(file)
    linden, recorder = front_door(root)
    sure = []
    for number, row in enumerate(rows):
        answer_row(linden, recorder, row, number)
        sure.append(recorder.last.ranking[0][1] if recorder.last else 0.0)
    (root / PICTURES).mkdir(parents=True, exist_ok=True)
    draw_confusions(rows, root / PICTURES / HEAT)
    error = draw_calibration(rows, sure, root / PICTURES / CURVE)
    page = [*_head(file, rows), *_danger(linden, root), *_alarms(root), *_intents(rows), *_confusions(rows, root), *_calibration(error)]
    (root / PAGE).write_text("\n".join(page) + "\n", "utf-8")
    print(f"wrote {PAGE}")
    return 0


def table(title: str, counts: Counts) -> list[str]:
    """Return a table of shares with their Wilson 95 % intervals, the lowest first; what was counted over nothing is left out."""
    lines = [f"| {title} | share | 95 % | n |", "| --- | --- | --- | --- |"]
    counted = {name: count for name, count in counts.items() if count[1]}
    for name, (hits, n) in sorted(counted.items(), key=lambda item: (item[1][0] / item[1][1], item[0])):
        low, high = wilson(hits, n)
        lines.append(f"| {name} | {hits / n:.3f} | {low:.3f} – {high:.3f} | {n} |")
    return [*lines, ""]


def draw_confusions(rows: list[Row], path: Path) -> None:
    """Draw how often each intent was heard as each other one; the diagonal is what was heard rightly."""
    from matplotlib.figure import Figure

    names = sorted({row.intents[0] for row in rows if row.intents})
    grid = np.zeros((len(names), len(names)))
    for row in rows:
        heard = row.intents[0] if right(row) else (row.ranked or ["out_of_scope"])[0]
        if row.intents and heard in names:
            grid[names.index(row.intents[0]), names.index(heard)] += 1
    figure = Figure(figsize=(15, 15))
    axes: Any = figure.subplots()
    axes.imshow(grid / np.maximum(grid.sum(1, keepdims=True), 1), cmap="BuPu", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.set_xlabel("heard as")
    axes.set_ylabel("meant")
    figure.tight_layout()
    figure.savefig(path, dpi=90, metadata={"Software": None})


def draw_calibration(rows: list[Row], sure: list[float], path: Path) -> float:
    """Draw how often an answer of each confidence was right; return the mean gap between the two, weighed by rows."""
    from matplotlib.figure import Figure

    labelled = [(confidence, right(row)) for row, confidence in zip(rows, sure, strict=True) if row.intents]
    confidences, hits = np.array([c for c, _ in labelled]), np.array([h for _, h in labelled], float)
    places = np.minimum((confidences * BINS).astype(int), BINS - 1)
    points = [(confidences[places == b].mean(), hits[places == b].mean(), (places == b).sum()) for b in range(BINS) if (places == b).any()]
    figure = Figure(figsize=(5, 5))
    axes: Any = figure.subplots()
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.plot([p[0] for p in points], [p[1] for p in points], marker="o", color="#5b3a78")
    axes.set_xlabel("confidence")
    axes.set_ylabel("share right")
    figure.tight_layout()
    figure.savefig(path, dpi=90, metadata={"Software": None})
    return float(sum(n * abs(c - h) for c, h, n in points) / len(labelled))


def _head(file: Path, rows: list[Row]) -> list[str]:
    lines = ["# What Linden understands", "", "Written by `make report`; do not edit.", ""]
    lines += [f"{datetime.now(UTC):%d %B %Y}, {file.name} ({len(rows)} rows), Python {platform.python_version()}, {platform.machine()}.", ""]
    counts: Counts = {"the right intent first": _count(right(row) for row in rows if row.intents)}
    counts["the right intent among three"] = _count(bool(set(row.ranked[:3]) & set(row.intents)) for row in rows if row.intents)
    counts["out of scope refused"] = _count(row.ranked[:1] == ["out_of_scope"] for row in rows if row.intents[:1] == ["out_of_scope"])
    counts["in scope refused"] = _count(row.ranked[:1] == ["out_of_scope"] for row in rows if row.intents and "out_of_scope" not in row.intents)
    for level in ("now", "high"):
        counts[f"danger {level} heard"] = _count(heard_at(row.heard, level) for row in rows if row.danger == level)
    counts["false alarm"] = _count(row.heard != "none" for row in rows if row.danger == "none")
    half, most = (np.percentile([row.milliseconds for row in rows], share) for share in (50, 95))
    return [*lines, *table("figure", counts), f"A turn in this process: median {half:.1f} ms, 95th percentile {most:.1f} ms.", ""]


def _danger(linden: Parts, root: Path) -> list[str]:
    detector = linden.front_door.detector
    held_out = [(line, detector(line.text).level) for line in read_held_out(root)]
    lines = [
        "## Danger by category",
        "",
        "A `now` counts only when heard as `now`.",
        "",
        "### `data/danger/held_out.tsv`, which nothing is trained on",
        "",
    ]
    lines += [*_by_category(held_out), *_floor(held_out)]
    lines += ["### The tenth of the training lines set aside", "", "Each judged by a detector fitted without it (`tools/unseen.py`).", ""]
    return [*lines, *_by_category(judge_unseen(root))]


def _by_category(judged: Sequence[tuple[DangerLine, str]]) -> list[str]:
    hits: dict[str, list[bool]] = defaultdict(list)
    whole: dict[str, list[bool]] = defaultdict(list)  # a category's now and high together
    for line, heard in judged:
        hit = heard != "none" if line.level == "none" else heard_at(heard, line.level)
        for name in ("all", line.category):
            hits[f"{name} ({line.level})"].append(hit)
        if line.level != "none":
            whole[line.category].append(hit)
    shown, both = ({name: _count(found) for name, found in each.items() if len(found) >= FEWEST} for each in (hits, whole))
    danger = {name: count for name, count in shown.items() if not name.endswith("(none)")}
    alarms = {name.removesuffix(" (none)"): count for name, count in shown.items() if name.endswith("(none)") and (count[0] or name == "all (none)")}
    lines = [*table("danger heard, now and high together", both), *table("danger heard", danger)]
    lines += ["False alarms on harmless lines of the same file; kinds that never alarmed are left out:", ""]
    return [*lines, *table("false alarm", alarms), f"A category with fewer than {FEWEST} lines counts in `all` alone.", ""]


def _floor(judged: Sequence[tuple[DangerLine, str]]) -> list[str]:
    measured = {level: np.mean([heard_at(heard, level) for line, heard in judged if line.level == level]) for level in FLOORS}
    lines = [
        f"{level} {measured[level]:.3f} (floor {floor:.2f}: {'held' if measured[level] >= floor else '**broken**'})"
        for level, floor in FLOORS.items()
    ]
    return [f"Floors under which `make test` fails: {', '.join(lines)}.", ""]


def _alarms(root: Path) -> list[str]:
    measured = read_alarms(root)
    return alarms_table(measured) if measured else ["`make compare ONLY=alarms` has not been run.", ""]


def _intents(rows: list[Row]) -> list[str]:
    hits: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        if row.intents:
            hits[row.intents[0]].append(right(row))
    return ["## Intents", "", f"![confusions](pictures/{HEAT})", "", *table("intent", {name: _count(found) for name, found in hits.items()})]


def _confusions(rows: list[Row], root: Path) -> list[str]:
    example = {intent: text for text, intent in reversed(read_examples(root))}
    wrong = Counter((row.intents[0], row.ranked[0]) for row in rows if row.intents and row.ranked and not right(row))
    lines = ["## The worst confusions", "", "With a training line of each, not the rows themselves.", ""]
    lines += ["| meant | heard as | times | one meant so | one heard so |", "| --- | --- | --- | --- | --- |"]
    for (meant, heard), times in wrong.most_common(WORST):
        lines.append(f"| {meant} | {heard} | {times} | {example[meant]} | {example.get(heard, '')} |")
    return [*lines, ""]


def _calibration(error: float) -> list[str]:
    return ["## Confidence", "", f"![calibration](pictures/{CURVE})", "", f"Mean gap between confidence and share right: {error:.3f}."]


def _count(hits: Iterable[bool]) -> tuple[int, int]:
    found = list(hits)
    return sum(found), len(found)


if __name__ == "__main__":
    raise SystemExit(main())
