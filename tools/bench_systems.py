"""What is measured of each system: training, the time to be ready, memory, turns under load, and how the cost of a turn grows."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import requests

from directory.areas import read_areas
from directory.database import open_directory
from safety.encoder import Encoder
from safety.normalise import Normaliser, plain
from tools import bench_stock
from tools.bench_client import FrontDoorChat, Measured, RestChat, drive, times_by_turn
from tools.bench_directory import fill
from tools.bench_programs import environment, free_port, program, resident, wait
from tools.bench_stock import Training

LOADS = (1, 2, 4, 8, 16)
LENGTHS = (10, 50, 200, 500, 1_000)  # characters
SIZES = (0, 5_000, 50_000)  # services beside the seed
LONGEST_CHAT = 60  # turns; the front door takes no more
CHATS = 5  # of that length
SECRET = "bench"
PYTHON = [sys.executable, "-W", "ignore", "-m"]


@dataclass(frozen=True)
class System:
    """What was measured of one system: its training, seconds to be ready, megabytes of its Rasa, its loads, and the median of turns
    by their number in a chat, in milliseconds."""

    training: Training
    ready: float
    memory: float
    loads: list[Measured]
    by_turn: dict[str, float]

    def at(self, clients: int) -> Measured:
        """The load with so many at once."""
        return next(load for load in self.loads if load.clients == clients)


@dataclass(frozen=True)
class Beside:
    """What has no stock to compare with: seconds until danger was answered, the encoder's own time, and a turn's by length and by
    size of the directory, all in milliseconds."""

    danger: float
    forward: float
    by_length: dict[int, float]
    by_size: dict[int, float]


@dataclass(frozen=True)
class Size:
    """How much is measured: turns of each load, and epochs of the stock's training."""

    turns: int
    epochs: int


def measure_stock(root: Path, folder: Path, actions: int, texts: list[str], size: Size) -> System:
    """Train, start and drive the stock project; its action server is ours."""
    project = folder / "stock"
    project.mkdir()
    bench_stock.make_project(root, project, f"http://127.0.0.1:{actions}/webhook", size.epochs)
    training, port = bench_stock.train(project, size.epochs), free_port()
    with program(bench_stock.serve(port), project) as pid:
        base = f"http://127.0.0.1:{port}"
        ready = wait(lambda: RestChat(base).say("hello"))
        loads = _loads(lambda: RestChat(base), texts, size)
        return System(training, ready, resident(pid), loads, times_by_turn(lambda: RestChat(base, LONGEST_CHAT), texts, LONGEST_CHAT, CHATS))


def measure_ours(root: Path, folder: Path, env: dict[str, str], texts: list[str], size: Size) -> tuple[System, Beside]:
    """Train, start and drive Linden, the front door included."""
    model = folder / "ours.tar.gz"
    started = time.monotonic()
    anew = environment() | {"RASA_CACHE_DIRECTORY": str(folder / "cache")}  # what an earlier training kept would be taken from there
    subprocess.run([*PYTHON, "tools.train_rasa", str(model)], cwd=root, check=True, capture_output=True, env=anew)
    seconds, web, rasa = time.monotonic() - started, free_port(), free_port()
    env |= {"PORT": str(web), "RASA_URL": f"http://127.0.0.1:{rasa}", "LINDEN_RASA_SECRET": SECRET, "PROXIES": "1"}
    base = f"http://127.0.0.1:{web}"
    with ExitStack() as running:
        server = running.enter_context(program([*PYTHON, "bot.serve", str(model), str(rasa)], root, env))
        running.enter_context(program([*PYTHON, "gunicorn"], root, env))
        danger = wait(lambda: '"now"' in danger_answer(base))
        ready = danger + wait(lambda: requests.get(f"{base}/readyz", timeout=5).status_code == 200)
        loads = _loads(lambda: FrontDoorChat(base), texts, size)
        memory = resident(server)
        by_turn = times_by_turn(lambda: FrontDoorChat(base, LONGEST_CHAT), texts, LONGEST_CHAT, CHATS)
        by_length = {length: _median(base, ("what can i do about this " * 41)[:length]) for length in LENGTHS}
        beside = Beside(danger, encoder_median(root, texts), by_length, by_size(root, Path(env["LINDEN_VAR"]), base))
    return System(Training(seconds), ready, memory, loads, by_turn), beside


def by_size(root: Path, var: Path, base: str) -> dict[int, float]:
    """Return the median of a turn that looks services up, by how many invented ones stand beside the seed."""
    engine, chance, areas, found = open_directory(f"sqlite:///{var / 'directory.db'}"), random.Random(5), [a.name for a in read_areas(root)], {}
    for fewer, more in zip((0, *SIZES), SIZES, strict=False):
        fill(engine, chance, areas, range(fewer, more))
        found[more] = _median(base, "who can help me in walsall")
    engine.dispose()
    return found


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


def _loads(make: Callable[[], FrontDoorChat | RestChat], texts: list[str], size: Size) -> list[Measured]:
    """Drive every load, once it is warm."""
    drive(make, texts, 1, len(texts))
    return [drive(make, texts, clients, size.turns) for clients in LOADS]


def _median(base: str, text: str) -> float:
    return drive(lambda: FrontDoorChat(base), [text], 1, 40).median
