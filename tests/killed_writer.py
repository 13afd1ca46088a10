"""Run by tests/test_kill.py: writes requests in a child that is killed with signal 9 again and again; prints what was acknowledged.

Arguments: a folder, and how many times. Every line printed is the idempotency key and the receipt of a request that the
child was told is kept.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from webhook.handoff.desk import Desk, Wanted
from webhook.handoff.keyring import Keyring
from webhook.handoff.receipt import Receipts
from webhook.handoff.windows import Window
from webhook.keys import Keys
from webhook.store.engine import open_queue

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLAIN = {"number": "+447700900123"}


def open_desk(folder: Path) -> Desk:
    """A desk over the queue in `folder`, with no connection open."""
    keys = Keys.load(folder / "master.key")
    root = Path(__file__).resolve().parent.parent
    desk = Desk(open_queue(f"sqlite:///{folder / 'queue.db'}"), Keyring(folder / "ring"), Receipts.load(root, keys), keys, lambda: NOON)
    desk.queue.dispose()
    return desk


def write_for_ever(desk: Desk, first: int, told: int) -> None:
    """Submit requests one after another, each on another day so that day keys are made too, and write each acknowledgement."""
    number = first
    while True:
        later = NOON + timedelta(days=number % 365)
        wanted = Wanted("demo-dudley", (Window(later, later + timedelta(hours=2)),), PLAIN, danger=False, under_18=False, booked=None)
        receipt = replace(desk, now=lambda later=later: later).submit(wanted, f"key-{number}")
        os.write(told, f"key-{number} {receipt}\n".encode())
        number += 1


def main(folder: Path, times: int) -> None:
    """Start a child, let it acknowledge one to three requests, kill it a moment later, and begin again; from a fixed seed."""
    moments, desk = random.Random(9), open_desk(folder)
    read, told = os.pipe()
    acknowledged = os.fdopen(read, "rb", buffering=0)
    for turn in range(times):
        child = os.fork()
        if child == 0:
            write_for_ever(desk, turn * 1_009, told)
        for _ in range(moments.randint(1, 3)):
            sys.stdout.write(acknowledged.readline().decode())
        time.sleep(moments.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    os.close(told)
    sys.stdout.write(acknowledged.read().decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
