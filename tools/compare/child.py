"""What runs in a process of its own, so that time and memory are of one system alone: training, and then being asked.

`python -m tools.compare.child train` trains `config.yml` on `nlu.json` of the current folder into `models/compared.tar.gz`;
`… ask` asks it every line of `asked.json`, one at a time as Rasa is asked when it serves. Each writes its figures beside.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil

MODEL = Path("models/compared.tar.gz")
SHOWN = 3  # of a ranking; one more where the fallback stands first
WARM_UP = 20


def main() -> None:
    """Do what the first argument says."""
    figures = {"train": train, "ask": ask}[sys.argv[1]]()
    Path(f"{sys.argv[1]}.json").write_text(json.dumps(figures), "utf-8")


def train() -> dict[str, Any]:
    """Train and return the seconds it took, by the clock and of computing on all cores together."""
    from rasa.model_training import train_nlu

    started, computed = time.monotonic(), time.process_time()
    train_nlu("config.yml", "nlu.json", str(MODEL.parent), fixed_model_name=MODEL.name.removesuffix(".tar.gz"))
    return {"seconds": time.monotonic() - started, "computing": time.process_time() - computed, "bytes": MODEL.stat().st_size}


def ask() -> dict[str, Any]:
    """Return the ranking of every line with confidences, the milliseconds each took, and the memory at the end in bytes."""
    return asyncio.run(_ask(json.loads(Path("asked.json").read_text("utf-8"))))


async def _ask(texts: list[str]) -> dict[str, Any]:
    from rasa.core.agent import Agent

    agent = Agent.load(str(MODEL))
    for text in texts[:WARM_UP]:
        await agent.parse_message(text)
    rankings, milliseconds = [], []
    for text in texts:
        started = time.perf_counter()
        parsed = await agent.parse_message(text)
        milliseconds.append((time.perf_counter() - started) * 1000)
        rankings.append([(intent["name"], intent["confidence"]) for intent in parsed["intent_ranking"][: SHOWN + 1]])
    return {"rankings": rankings, "milliseconds": milliseconds, "memory": psutil.Process().memory_info().rss}


if __name__ == "__main__":
    main()
