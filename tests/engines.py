"""A real PostgreSQL and a real Redis for tests: this machine's own programs, in a temporary folder, on a free port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis as redis_library
from redis.exceptions import RedisError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

START_SECONDS = 60


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], seconds: float = START_SECONDS) -> bool:
    """Wait for a condition; False when it does not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def not_here(what: str) -> None:
    """Skip, saying what is missing and how to install it; in CI that is a failure."""
    reason = f"not on this machine: {what} (make browsers installs it)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Redis:
    """A Redis of our own, without persistence, as in production."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: Any = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> Any:
        return redis_library.Redis.from_url(self.url, decode_responses=True, socket_timeout=5)

    def start(self) -> None:
        program = shutil.which("redis-server")
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert until(self._answers), "Redis did not start"

    def hang(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.resume()
            self.process.kill()
            self.process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisError:
            return False


@dataclass
class Postgres:
    """A PostgreSQL of our own; as root it runs as the user `postgres`, which is all that its programs allow."""

    folder: Path
    programs: Path
    port: int = field(default_factory=free_port)
    process: Any = None

    @property
    def url(self) -> str:
        return f"postgresql://linden@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        data = self.folder / "data"
        if not data.exists():
            self._run("initdb", "-D", str(data), "-U", "linden", "--auth=trust", "-E", "UTF8", "--no-sync")
        command = [*self._as(), str(self.programs / "postgres"), "-D", str(data), "-p", str(self.port), "-k", str(self.folder), "-h", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        assert until(self._answers), "PostgreSQL did not start"

    def stop(self) -> None:
        """Stop at once, every connection with it."""
        if self.process.poll() is None:
            self._run("pg_ctl", "-D", str(self.folder / "data"), "stop", "-m", "immediate", "-w")
            self.process.wait()

    def execute(self, statement: str) -> None:
        with create_engine(self.url, future=True, poolclass=NullPool).begin() as connection:
            connection.execute(text(statement))

    def empty(self) -> None:
        """Drop everything in it."""
        self.execute("DROP SCHEMA public CASCADE")
        self.execute("CREATE SCHEMA public")

    def _as(self) -> list[str]:
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([*self._as(), str(self.programs / program), *arguments], check=True, capture_output=True, cwd=self.folder)

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except OperationalError:
            return False
        return True


@contextmanager
def redis_server() -> Iterator[Redis]:
    """A Redis that ends with the test."""
    if shutil.which("redis-server") is None:
        not_here("redis-server")
    with tempfile.TemporaryDirectory(prefix="linden-redis-") as folder:
        server = Redis(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL that ends with the test; its folder is where its own user may go."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    if not found:
        not_here("postgresql")
    with tempfile.TemporaryDirectory(prefix="linden-postgres-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        server = Postgres(Path(folder), found[-1].parent)
        server.start()
        try:
            yield server
        finally:
            server.stop()
