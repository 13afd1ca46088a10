"""The whole of Linden as it runs on several machines, on this one: two front doors, two Rasas, two action servers, real engines."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil
import requests
from twilio.request_validator import RequestValidator

from tests.balancer import Balancer
from tests.engines import Postgres, Redis, free_port, postgres_server, redis_server, until

ROOT = Path(__file__).resolve().parent.parent
PUBLIC, TOKEN = "https://linden.example", "a token of an invented account"
READY_SECONDS = 240


@dataclass
class Program:
    """One process of the stack, its port, and how it is started."""

    name: str
    port: int
    command: list[str]
    env: dict[str, str]
    log: Path
    process: Any = None

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)

    def signal(self, number: int) -> None:
        os.killpg(self.process.pid, number)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
            self.process.wait()


@dataclass
class Stack:
    """What runs, and ways to talk to it."""

    folder: Path
    postgres: Postgres
    redis: Redis
    programs: dict[str, Program] = field(default_factory=dict)
    balancers: dict[str, Balancer] = field(default_factory=dict)

    @property
    def doors(self) -> list[str]:
        return [f"http://127.0.0.1:{self.programs[name].port}" for name in ("web 1", "web 2")]

    def ready(self, door: int = 0) -> bool:
        try:
            return requests.get(f"{self.doors[door]}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def open(self, door: int = 0) -> str:
        return requests.post(f"{self.doors[door]}/chat/open", headers=somewhere(), timeout=10).json()["session"]

    def say(self, session: str, door: int = 0, **body: object) -> requests.Response:
        return requests.post(f"{self.doors[door]}/chat/message", json=body, headers=somewhere() | {"X-Chat-Session": session}, timeout=20)

    def text(self, body: str, sender: str, sid: str | None = None, door: int = 0) -> requests.Response:
        form = {"MessageSid": sid or f"SM{secrets.token_hex(16)}", "From": sender, "Body": body}
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/sms", form)
        return requests.post(f"{self.doors[door]}/sms", data=form, headers={"X-Twilio-Signature": signature}, timeout=20)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        from sqlalchemy import create_engine, text
        from sqlalchemy.pool import NullPool

        with create_engine(self.postgres.url, future=True, poolclass=NullPool).connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def memory(self) -> dict[str, int]:
        """Bytes in use by each front door and Rasa, with what they started."""
        found = {}
        for name in ("web 1", "web 2", "rasa 1", "rasa 2"):
            process = psutil.Process(self.programs[name].process.pid)
            found[name] = sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])
        return found

    def logs(self) -> str:
        return "".join(program.log.read_text("utf-8", "replace") for program in self.programs.values())


def somewhere() -> dict[str, str]:
    """The header of our own proxy for a person in a network of her own, so that a test is not held up by limits."""
    return {"X-Forwarded-For": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.1"}


def said(answer: requests.Response) -> str:
    """The text of a TwiML answer."""
    return "".join(ElementTree.fromstring(answer.content).itertext())


@contextmanager
def running(model: Path) -> Iterator[Stack]:
    """Start everything, and stop it at the end."""
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="linden-stack-")))
        stack = Stack(folder, ends.enter_context(postgres_server()), ends.enter_context(redis_server()))
        _describe(stack, model)
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tools.prepare"], cwd=ROOT, env=stack.programs["web 1"].env, check=True, capture_output=True
        )
        for program in stack.programs.values():
            ends.callback(program.stop)
            program.start()
        ends.callback(lambda: [balancer.close() for balancer in stack.balancers.values()])
        assert until(lambda: stack.ready(0) and stack.ready(1), READY_SECONDS), stack.logs()[-3000:]
        assert until(lambda: all(_answers(stack.programs[name]) for name in ("rasa 1", "rasa 2")), READY_SECONDS)
        yield stack


def _describe(stack: Stack, model: Path) -> None:
    """Say what runs, where, and with which settings."""
    ports = {name: free_port() for name in ("actions 1", "actions 2", "rasa 1", "rasa 2", "web 1", "web 2")}
    for kind in ("rasa", "actions"):
        stack.balancers[kind] = Balancer([ports[f"{kind} 1"], ports[f"{kind} 2"]])
    shared = os.environ | {
        "DATABASE_URL": stack.postgres.url,
        "REDIS_URL": stack.redis.url,
        "RASA_URL": stack.balancers["rasa"].url,
        "ACTIONS_URL": f"{stack.balancers['actions'].url}/webhook",
        "LINDEN_RASA_SECRET": secrets.token_hex(16),
        "LINDEN_VAR": str(stack.folder / "var"),
        "LINDEN_AUDIT": str(stack.folder / "audit"),
        "PUBLIC_BASE_URL": PUBLIC,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PROXIES": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "LOG_LEVEL": "DEBUG",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'audit'}",
    }
    python = [sys.executable, "-W", "ignore", "-m"]
    for name, port in ports.items():
        kind = name.split()[0]
        command = {"web": ["gunicorn"], "rasa": ["bot.serve", str(model), str(port)], "actions": ["actions.serve", str(port)]}[kind]
        stack.programs[name] = Program(name, port, [*python, *command], shared | {"PORT": str(port)}, stack.folder / f"{name}.log")


def _answers(program: Program) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{program.port}/webhooks/web/", timeout=2).ok
    except requests.RequestException:
        return False
