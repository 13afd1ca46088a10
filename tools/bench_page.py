"""The page of `make bench`: ratios with their marks, latency against load, and how the cost of a turn grows."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl
import psutil

from tools.bench_stock import EPOCHS
from tools.bench_systems import LOADS, Beside, Size, System

WANTED = {
    "median turn": (1 / 3, "at most"),
    "p95 with 8 at once": (1 / 4, "at most"),
    "turns a second": (4.0, "at least"),
    "memory of the Rasa process": (0.6, "at most"),
    "time to ready": (1 / 2, "at most"),
    "training": (1 / 5, "at most"),
}
BY_HAND = "\n## What was changed"  # from here on the page is written by people and kept


def compare(ours: System, stock: System) -> dict[str, float]:
    """Ours over stock's, by what is compared."""
    return {
        "median turn": ours.at(1).median / stock.at(1).median,
        "p95 with 8 at once": ours.at(8).p95 / stock.at(8).p95,
        "turns a second": max(load.rate for load in ours.loads) / max(load.rate for load in stock.loads),
        "memory of the Rasa process": ours.memory / stock.memory,
        "time to ready": ours.ready / stock.ready,
        "training": ours.training.whole / stock.training.whole,
    }


def holds(what: str, ratio: float) -> bool:
    """True when the ratio meets its mark."""
    mark, way = WANTED[what]
    return ratio <= mark if way == "at most" else ratio >= mark


def page(ours: System, stock: System, beside: Beside, size: Size, before: Path) -> str:
    """The page of results; what people wrote at the end of the page as it was before stays."""
    ratios = compare(ours, stock)
    measured = {
        "median turn": (f"{ours.at(1).median:.1f} ms", f"{stock.at(1).median:.1f} ms"),
        "p95 with 8 at once": (f"{ours.at(8).p95:.0f} ms", f"{stock.at(8).p95:.0f} ms"),
        "turns a second": tuple(f"{max(load.rate for load in each.loads):.0f}" for each in (ours, stock)),
        "memory of the Rasa process": (f"{ours.memory:.0f} MB", f"{stock.memory:.0f} MB"),
        "time to ready": (f"{ours.ready:.1f} s", f"{stock.ready:.1f} s"),
        "training": (f"{ours.training.whole:.0f} s", f"{stock.training.whole:.0f} s{'' if size.epochs == EPOCHS else ' (projected)'}"),
    }
    rows = [(what, *measured[what], f"{ratio:.2f}", "{1} {0:.2f}".format(*WANTED[what]), _met(holds(what, ratio))) for what, ratio in ratios.items()]
    beyond = ours.at(1).median - beside.forward
    rows.append(("a turn beyond the encoder's own pass", f"{beyond:.1f} ms", "", "", "at most 12 ms", _met(beyond <= 12)))
    rows.append(("danger answered after the start", f"{beside.danger:.1f} s", "", "", "at most 8 s", _met(beside.danger <= 8)))
    written = before.read_text("utf-8") if before.exists() else ""
    return "\n".join(
        [
            *_head(stock, beside, size),
            *_table(("what", "ours", "stock", "ours ÷ stock", "wanted", "met"), rows),
            *("## Latency against load", "", "![Latency against load](pictures/performance.svg)", ""),
            *_table(
                ("at once", "ours: median ms", "p95 ms", "turns/s", "not answered", "stock: median ms", "p95 ms", "turns/s", "not answered"),
                [(a.clients, *a.figures, *b.figures) for a, b in zip(ours.loads, stock.loads, strict=True)],
            ),
            *("## How the cost of a turn grows", ""),
            *_table(("characters in the message", "median ms"), [(n, f"{ms:.1f}") for n, ms in beside.by_length.items()]),
            *_table(("turns of the chat", "ours: median ms", "stock: median ms"), [(n, f"{ms:.1f}", f"{stock.by_turn[n]:.1f}") for n, ms in ours.by_turn.items()]),
            *_table(("services beside the seed, in a turn that looks some up", "median ms"), [(f"{n:,}", f"{ms:.1f}") for n, ms in beside.by_size.items()]),
            (BY_HAND + written.partition(BY_HAND)[2]).lstrip("\n").rstrip() if BY_HAND in written else "",
        ]
    ).rstrip() + "\n"  # fmt: skip


def _head(stock: System, beside: Beside, size: Size) -> list[str]:
    machine = f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total // 1024**3} GB, Python {platform.python_version()}, {platform.machine()}"
    projected = (
        f"Its training was run for {size.epochs} of its {EPOCHS} epochs, {stock.training.seconds:.0f} s, and **projected** to {EPOCHS} at "
        f"{stock.training.an_epoch:.1f} s an epoch, the first left out. How fast it answers does not depend on it; `--stock-epochs {EPOCHS}` measures all."
    )
    return [
        "# How fast it is",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%d %B %Y} ({machine}). Ours is the whole path: front door, danger, actions, and",
        "the clients on the same machine. Stock is the pipeline and policies of `rasa init` on the same data, over its REST channel, with the",
        f"same client in the same run, {size.turns} turns for each load; it has no front door and looks for no danger.",
        *([] if size.epochs == EPOCHS else [projected]),
        f"The encoder's own forward pass over the same messages took {beside.forward:.1f} ms (median).",
        "",
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return [_row(head), _row(["---"] * len(head)), *map(_row, rows), ""]


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _met(good: bool) -> str:
    return "yes" if good else "**no**"


def draw(ours: System, stock: System, target: Path) -> None:
    """Draw p95 and median against how many speak at once, both axes logarithmic."""
    mpl.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for system, name, colour in ((ours, "Linden, whole path", "#14535f"), (stock, "stock Rasa", "#79878f")):
        at_once = [load.clients for load in system.loads]
        axes.plot(at_once, [load.median for load in system.loads], color=colour, marker="o", label=f"{name}, median")
        axes.plot(at_once, [load.p95 for load in system.loads], color=colour, marker="o", linestyle="--", label=f"{name}, p95")
    axes.set(xscale="log", yscale="log", xlabel="people at once", ylabel="milliseconds a turn", xticks=LOADS, xticklabels=[str(n) for n in LOADS])
    axes.legend()
    axes.grid(visible=True, which="both", alpha=0.2)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})
