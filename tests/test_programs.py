"""The three real programs as `make run` starts them: on real sockets, with Rasa killed and brought back, off the network."""

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from tests.conftest import ROOT
from tests.engines import free_port

LIFELINES = ("999", "0808 2000 247", "0808 801 0327")


@dataclass
class Running:
    """The programs, where they are, and what they wrote."""

    process: subprocess.Popen
    base: str
    folder: Path

    def say(self, text: str) -> dict:
        session = requests.post(f"{self.base}/chat/open", timeout=10).json()["session"]
        headers = {"X-Chat-Session": session}
        return requests.post(f"{self.base}/chat/message", json={"text": text, "turn": 1}, headers=headers, timeout=10).json()

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.base}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def rasa(self) -> psutil.Process:
        found = [p for p in psutil.Process(self.process.pid).children(recursive=True) if "bot.serve" in " ".join(p.cmdline())]
        return next(p for p in found if "python" in p.name() and "tools.keep" not in p.cmdline())

    def log(self) -> str:
        return (self.folder / "log").read_text()


def wait(condition, seconds: float = 120) -> bool:
    """Slower than `tests.engines.until`: every try opens a chat, and those are limited."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("run")
    port = free_port()
    env = os.environ | {
        "PORT": str(port),
        "RASA_PORT": str(free_port()),
        "ACTIONS_PORT": str(free_port()),
        "LINDEN_VAR": str(folder / "var"),
        "LINDEN_AUDIT": str(folder / "audit"),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'audit'}",
        "LOG_LEVEL": "DEBUG",
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tools.run"], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
        )
    found = Running(process, f"http://127.0.0.1:{port}", folder)
    assert wait(found.ready), found.log()[-3000:]
    yield found
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def test_the_addresses_are_printed(running: Running) -> None:
    wait(lambda: "all parts ready" in running.log(), 20)
    assert f"{running.base}/" in running.log()
    assert "make sms FROM=" in running.log()
    assert "helpline open ID --keyfile" in running.log()


def test_a_whole_turn_goes_through_all_three(running: Running) -> None:
    answer = running.say("I live in DY1 1AA, who can help")
    assert "01384 455411" in str(answer)
    assert "14 to 28 days" in str(running.say("what is a DVPO"))


def test_a_signed_text_is_answered_by_the_make_target(running: Running) -> None:
    env = os.environ | {
        "PORT": running.base.rsplit(":", 1)[1],
        "LINDEN_VAR": str(running.folder / "var"),
        "FROM": "07700900123",
        "TEXT": "what is a DVPO",
    }
    shown = subprocess.run([sys.executable, "-W", "ignore", "-m", "tools.send_sms"], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert "14 to 28 days" in " ".join(shown.stdout.replace("│", " ").split())
    assert re.search(r"\d+ of \d+ places, \d segments?\n$", shown.stdout)


def test_a_second_start_on_a_used_port_is_one_sentence_and_code_2(running: Running) -> None:
    env = os.environ | {"PORT": running.base.rsplit(":", 1)[1]}
    refused = subprocess.run([sys.executable, "-W", "ignore", "-m", "tools.run"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert re.fullmatch(r"Port \d+, for PORT, is in use; stop what uses it or set PORT\.\n", refused.stderr)


def test_with_rasa_killed_danger_is_still_999_and_it_comes_back_by_itself(running: Running) -> None:
    running.rasa().kill()
    danger = running.say("he has got a knife and hes outside")
    asked = running.say("what is a DVPO")
    assert danger["replies"][0]["text"].startswith("Call 999 now.")
    assert all(line in str(asked) for line in LIFELINES)
    assert wait(lambda: running.ready() and "14 to 28 days" in str(running.say("what is a DVPO")))


def test_with_rasa_hung_danger_is_still_999_and_nobody_waits_for_it(running: Running) -> None:
    rasa = running.rasa()
    rasa.suspend()
    try:
        started = time.monotonic()
        danger = running.say("he has got a knife and hes outside")
        asked = running.say("what is a DVPO")
        waited = time.monotonic() - started
    finally:
        rasa.resume()
    assert danger["replies"][0]["text"].startswith("Call 999 now.")
    assert all(line in str(asked) for line in LIFELINES)
    assert waited < 30, "the budgets are measured in the benchmark; here only that nobody waits for a hung Rasa"
    assert wait(lambda: running.ready() and "14 to 28 days" in str(running.say("what is a DVPO")))


def test_nothing_that_was_said_is_in_any_log_or_file(running: Running) -> None:
    sentinel = f"heron {secrets.token_hex(6)} gate"
    running.say(f"{sentinel} what is a DVPO")
    running.say(f"{sentinel} ring 07700 900765")
    written = b"".join(path.read_bytes() for path in running.folder.rglob("*") if path.is_file())
    assert sentinel.encode() not in written
    assert b"900765" not in written
    assert "DEBUG" in running.log(), "the log must have been at debug level for this to prove anything"


def test_no_program_tried_to_leave_this_machine(running: Running) -> None:
    audit = running.folder / "audit"
    assert not audit.exists() or audit.read_text() == ""


def test_every_program_listens_on_the_loopback_alone(running: Running) -> None:
    processes = [psutil.Process(running.process.pid), *psutil.Process(running.process.pid).children(recursive=True)]
    listening = [c.laddr.ip for p in processes for c in p.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN]
    assert listening
    assert set(listening) <= {"127.0.0.1", "::1"}


def test_the_audit_would_have_noticed() -> None:
    """The hook itself works: an attempt to look a name up outside is written down."""
    note = ROOT / "var" / f"audit-{secrets.token_hex(4)}"
    note.parent.mkdir(exist_ok=True)
    code = "import socket\ntry: socket.getaddrinfo('outside.invalid', 80)\nexcept OSError: pass"
    env = os.environ | {"PYTHONPATH": str(ROOT / "tests" / "audit"), "LINDEN_AUDIT": str(note)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    assert "outside.invalid" in note.read_text()
    note.unlink()
