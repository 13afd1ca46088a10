"""`make bench`: this system and a stock Rasa project on the same data, one after the other in one run; prints the ratios.

Absolute times depend on the machine; what is held is the ratio within a run. Writes docs/performance.md and its picture.
"""

from __future__ import annotations

import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl
import psutil
import requests

from safety.encoder import Encoder
from safety.normalise import Normaliser
from tools import bench_stock
from tools.bench_client import FrontDoorChat, Measured, RestChat, drive
from tools.corpus import plain, read_examples

LOADS = (1, 2, 4, 8, 16)
TURNS = 400  # for each load
TEXTS = 60
LENGTHS = (10, 50, 200, 500, 1_000)  # characters
SECRET = "bench"
PAGE, PICTURE = Path("docs/performance.md"), Path("docs/performance.svg")
WANTED = {
    "median turn": (1 / 3, "at most"),
    "p95 with 8 at once": (1 / 4, "at most"),
    "turns a second": (4.0, "at least"),
    "memory of the Rasa process": (0.6, "at most"),
    "time to ready": (1 / 2, "at most"),
    "training": (1 / 5, "at most"),
}


@dataclass(frozen=True)
class System:
    """What was measured of one system: seconds to train and to be ready, megabytes of its Rasa, and its loads."""

    training: float
    ready: float
    memory: float
    loads: list[Measured]

    def at(self, clients: int) -> Measured:
        """The load with so many at once."""
        return next(load for load in self.loads if load.clients == clients)


@dataclass(frozen=True)
class Beside:
    """What has no stock to compare with: seconds until danger was answered, the encoder's own time, and time by length, in ms."""

    danger: float
    forward: float
    growth: dict[int, float]


def main() -> int:
    """Measure both, write the page, print the ratios; return 1 when one misses its mark."""
    root = Path.cwd()
    examples = [text for text, _ in read_examples(root)]
    texts = examples[:: max(1, len(examples) // TEXTS)][:TEXTS]
    with ExitStack() as ends, tempfile.TemporaryDirectory(prefix="linden-bench-") as name:
        folder = Path(name)
        actions = free_port()
        _start(ends, [sys.executable, "-W", "ignore", "-m", "actions.serve", str(actions)], {})
        stock = measure_stock(root, folder, actions, texts)
        ours, danger, growth = measure_ours(root, folder, actions, texts)
    beside = Beside(danger, encoder_median(root, texts), growth)
    ratios = compare(ours, stock)
    PAGE.write_text(page(ours, stock, ratios, beside), "utf-8")
    draw(ours, stock)
    for what, ratio in ratios.items():
        print(f"{what}: {ratio:.2f} of stock's ({WANTED[what][1]} {WANTED[what][0]:.2f}) {'' if holds(what, ratio) else 'MISSED'}")
    beyond = ours.at(1).median - beside.forward
    print(f"a turn takes {beyond:.1f} ms beyond the encoder's own {beside.forward:.1f} ms (at most 12)")
    print(f"danger was answered {danger:.1f} s after the start (at most 8)")
    return 0 if all(holds(*item) for item in ratios.items()) and beyond <= 12 and danger <= 8 else 1


def measure_stock(root: Path, folder: Path, actions: int, texts: list[str]) -> System:
    """Train, start and drive the stock project."""
    project = folder / "stock"
    project.mkdir()
    bench_stock.make_project(root, project, f"http://127.0.0.1:{actions}/webhook")
    training, port, started = bench_stock.train(project), free_port(), time.monotonic()
    server = bench_stock.start(project, port)
    try:
        base = f"http://127.0.0.1:{port}"
        wait(lambda: RestChat(base).say("hello"))
        ready = time.monotonic() - started
        drive(lambda: RestChat(base), texts, 1, TEXTS)
        loads = [drive(lambda: RestChat(base), texts, clients, TURNS) for clients in LOADS]
        return System(training, ready, resident(server.pid), loads)
    finally:
        stop(server)


def measure_ours(root: Path, folder: Path, actions: int, texts: list[str]) -> tuple[System, float, dict[int, float]]:
    """Train, start and drive Linden, front door included; with the time until danger was answered, and cost by length."""
    model = folder / "ours.tar.gz"
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tools.train_rasa", str(model)],
        cwd=root,
        check=True,
        capture_output=True,
        env=bench_stock.environment(),
    )
    training = time.monotonic() - started
    web, rasa = free_port(), free_port()
    env = {"PORT": str(web), "RASA_URL": f"http://127.0.0.1:{rasa}", "ACTIONS_PORT": str(actions), "LINDEN_RASA_SECRET": SECRET, "PROXIES": "1"}
    env |= {"LINDEN_VAR": str(folder / "var")}
    subprocess.run([sys.executable, "-W", "ignore", "-m", "tools.prepare"], cwd=root, env=os.environ | env, check=True, capture_output=True)
    base, started = f"http://127.0.0.1:{web}", time.monotonic()
    with ExitStack() as ends:
        server = _start(ends, [sys.executable, "-W", "ignore", "-m", "bot.serve", str(model), str(rasa)], env)
        _start(ends, [sys.executable, "-W", "ignore", "-m", "gunicorn"], env)
        wait(lambda: '"now"' in danger_answer(base))
        danger = time.monotonic() - started
        wait(lambda: requests.get(f"{base}/readyz", timeout=5).status_code == 200)
        ready = time.monotonic() - started
        drive(lambda: FrontDoorChat(base), texts, 1, TEXTS)
        loads = [drive(lambda: FrontDoorChat(base), texts, clients, TURNS) for clients in LOADS]
        growth = {length: drive(lambda: FrontDoorChat(base), [("what can i do about this " * 41)[:length]], 1, 40).median for length in LENGTHS}
        return System(training, ready, resident(server.pid), loads), danger, growth


def danger_answer(base: str) -> str:
    """What the front door says to a danger that is now."""
    chat = requests.post(f"{base}/chat/open", timeout=5).json()["session"]
    body = {"text": "he has got a knife and hes outside", "turn": 1}
    return requests.post(f"{base}/chat/message", json=body, headers={"X-Chat-Session": chat}, timeout=5).text


def encoder_median(root: Path, texts: list[str]) -> float:
    """The median time of the encoder's own forward pass over the same texts, in milliseconds."""
    encoder, normalise = Encoder.load(root), Normaliser.load(root)
    times = []
    for text in [plain(text, normalise) for text in texts] * 5:
        started = time.perf_counter()
        encoder([text])
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def compare(ours: System, stock: System) -> dict[str, float]:
    """Ours over stock's, by what is compared."""
    return {
        "median turn": ours.at(1).median / stock.at(1).median,
        "p95 with 8 at once": ours.at(8).p95 / stock.at(8).p95,
        "turns a second": max(load.rate for load in ours.loads) / max(load.rate for load in stock.loads),
        "memory of the Rasa process": ours.memory / stock.memory,
        "time to ready": ours.ready / stock.ready,
        "training": ours.training / stock.training,
    }


def holds(what: str, ratio: float) -> bool:
    """True when the ratio meets its mark."""
    mark, way = WANTED[what]
    return ratio <= mark if way == "at most" else ratio >= mark


def page(ours: System, stock: System, ratios: dict[str, float], beside: Beside) -> str:
    """The page of results."""
    machine = f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total // 1024**3} GB, Python {platform.python_version()}, {platform.machine()}"
    rows = [
        f"| {what} | {ratio:.2f} | {WANTED[what][1]} {WANTED[what][0]:.2f} | {'yes' if holds(what, ratio) else '**no**'} |"
        for what, ratio in ratios.items()
    ]
    loads = [
        f"| {a.clients} | {a.median:.0f} | {a.p95:.0f} | {a.rate:.0f} | {b.median:.0f} | {b.p95:.0f} | {b.rate:.0f} |"
        for a, b in zip(ours.loads, stock.loads, strict=True)
    ]
    return "\n".join(
        [
            "# How fast it is",
            "",
            f"Written by `make bench` on {datetime.now(UTC):%d %B %Y} ({machine}). Ours is the whole path, front door, danger and actions",
            "included; stock is the pipeline and policies of `rasa init` on the same data, over its REST channel, same client, same run.",
            "",
            "| what | ours ÷ stock | wanted | met |",
            "|---|---|---|---|",
            *rows,
            "",
            f"A turn alone takes {ours.at(1).median:.1f} ms, the encoder's own forward pass {beside.forward:.1f} ms: {ours.at(1).median - beside.forward:.1f} ms beyond it",
            f"(wanted: at most 12). Danger was answered {beside.danger:.1f} s after the start (wanted: 8).",
            "",
            "![Latency against load](performance.svg)",
            "",
            "| at once | ours: median ms | p95 ms | turns/s | stock: median ms | p95 ms | turns/s |",
            "|---|---|---|---|---|---|---|",
            *loads,
            "",
            "| characters in a message | median ms |",
            "|---|---|",
            *(f"| {length} | {median:.0f} |" for length, median in beside.growth.items()),
            "",
        ]
    )


def draw(ours: System, stock: System) -> None:
    """Draw p95 and median against how many speak at once, both axes logarithmic."""
    mpl.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for system, name, colour in ((ours, "Linden, whole path", "#1d70b8"), (stock, "stock Rasa", "#b1b4b6")):
        at_once = [load.clients for load in system.loads]
        axes.plot(at_once, [load.median for load in system.loads], color=colour, marker="o", label=f"{name}, median")
        axes.plot(at_once, [load.p95 for load in system.loads], color=colour, marker="o", linestyle="--", label=f"{name}, p95")
    axes.set(xscale="log", yscale="log", xlabel="people at once", ylabel="milliseconds a turn", xticks=LOADS, xticklabels=[str(n) for n in LOADS])
    axes.legend()
    axes.grid(visible=True, which="both", alpha=0.2)
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})


def _start(ends: ExitStack, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    made = subprocess.Popen(
        command, env=bench_stock.environment() | env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    ends.callback(stop, made)
    return made


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program of ours with everything it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def wait(condition: Callable[[], bool], seconds: float = 600) -> None:
    """Wait until the condition holds; raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except (requests.RequestException, KeyError, ValueError):
            pass
        time.sleep(0.1)
    raise TimeoutError("a program did not become ready")


def resident(pid: int) -> float:
    """The memory of a process and its children, in megabytes."""
    process = psutil.Process(pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 1024**2


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
