"""Starts the programs that are measured, waits for them, weighs them, and ends them with all that they started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

END_SECONDS = 30


def environment() -> dict[str, str]:
    """The environment without telemetry."""
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


@contextmanager
def program(command: list[str], cwd: Path, env: dict[str, str] | None = None) -> Iterator[int]:
    """Run a program as long as the block lasts; gives its process id."""
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(command, cwd=cwd, env=environment() | (env or {}), stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        yield started.pid
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGTERM)
            started.wait(END_SECONDS)


def wait(condition: Callable[[], bool], seconds: float = 600) -> float:
    """Wait until the condition holds, and return how many seconds that took; raises TimeoutError."""
    started = time.monotonic()
    while time.monotonic() < started + seconds:
        try:
            if condition():
                return time.monotonic() - started
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
