"""Kills a writer of call requests in the middle of its work, round after round, and says what was acknowledged.

Run as a program, because it forks: `python -m tests.kill_rounds FOLDER ROUNDS SEED MODE`. Prints one JSON object. In the mode
`writing` the writer is killed at a random moment; in the mode `committed` between the commit and the reply.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.clock import NOON
from tests.conftest import ROOT, Scripted, add_keys
from webhook.app import create_app
from webhook.handoff.desk import Wanted
from webhook.handoff.windows import Window
from webhook.parts import NAME, Parts

LONGEST_LIFE = 0.05  # seconds after the first acknowledgement
DAYS = 365


def main() -> None:
    """Run the rounds and print what was acknowledged."""
    folder, rounds, seed, mode = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    linden: Parts = create_app({"LINDEN_VAR": str(folder)}, ROOT, assistant=Scripted(), now=lambda: NOON).extensions[NAME]
    add_keys(folder, linden, "demo-dudley")
    chance = random.Random(seed)
    acknowledged: dict[str, str] = {}
    for number in range(rounds):
        if mode == "writing":
            acknowledged |= killed_while_writing(linden, number, chance.random() * LONGEST_LIFE)
        else:
            killed_after_commit(linden, number)
    print(json.dumps(acknowledged))


def submit(linden: Parts, key: str, day: int = 0) -> str:
    """Queue a request on a day to come, so that the writer makes day keys too, for a call that is safe for two hours from noon."""
    noon = NOON + timedelta(days=day)
    wanted = Wanted("demo-dudley", (Window(noon, noon + timedelta(hours=2)),), {"number": "+447700900123"}, False, False, None)
    return replace(linden.desk, now=lambda: noon).submit(wanted, key)


def killed_while_writing(linden: Parts, number: int, seconds: float) -> dict[str, str]:
    """Let a child write requests and acknowledge each; kill it `seconds` after the first; return what it acknowledged."""
    reading, writing = os.pipe()

    def write() -> None:
        for i in range(10_000):
            key = f"round-{number}-{i}"
            os.write(writing, f"{key} {submit(linden, key, i % DAYS)}\n".encode())

    child = fork(write)
    os.close(writing)
    told = os.read(reading, 65_536)
    time.sleep(seconds)
    end(child)
    while part := os.read(reading, 65_536):
        told += part
    os.close(reading)
    return dict(line.split(" ") for line in told.decode().splitlines() if " " in line)


def killed_after_commit(linden: Parts, number: int) -> None:
    """Let a child kill itself the moment its request is committed, before it could say so."""

    def write() -> None:
        event.listen(Session, "after_commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        submit(linden, f"lost-{number}")

    os.waitpid(fork(write), 0)


def fork(work: Callable[[], None]) -> int:
    """Run `work` in a child that does nothing after it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    return child


def end(child: int) -> None:
    """Kill a child of ours and collect it."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
