"""`make run`: prepares what is missing, starts Rasa, the actions and the front door, and says where they are."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from sqlalchemy import create_engine

from directory.load import load_seed
from tools import train
from tools.demo_desk import desk_lines
from tools.demo_keys import OPENING, make_demo_keys
from webhook.app import rasa_secret
from webhook.config import Config, load_config

RASA_PORT = int(os.environ.get("RASA_PORT", "5005"))
ACTIONS_PORT = int(os.environ.get("ACTIONS_PORT", "5055"))
LEAST_FREE = 512 * 1024**2  # bytes
FRONT_DOOR_SECONDS, ALL_SECONDS = 60, 300


class CannotRun(Exception):
    """The machine lacks something; the message is one clear sentence."""


def main() -> int:
    """Run until Ctrl-C; return 2 after one sentence when it cannot start."""
    root = Path.cwd()
    try:
        config = load_config(os.environ, root)
        check_machine(config)
    except (CannotRun, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    failed = prepare(root, config)
    return failed or serve(root, config)


def check_machine(config: Config) -> None:
    """Raise CannotRun when a port is taken or the disk is full."""
    for port, what in ((config.port, "PORT"), (RASA_PORT, "Rasa"), (ACTIONS_PORT, "the actions")):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CannotRun(f"Port {port}, for {what}, is in use; stop what uses it or set PORT.") from error
    if shutil.disk_usage(config.root).free < LEAST_FREE:
        raise CannotRun(f"There is less than {LEAST_FREE // 1024**2} MB of free disk space here.")


def prepare(root: Path, config: Config) -> int:
    """Build, train, and load the directory, each only if needed; in demonstration mode make the demo keys."""
    failed = train.main()
    if failed:
        return failed
    config.var.mkdir(mode=0o700, exist_ok=True)
    load_seed(create_engine(config.directory_url, future=True), root)
    if config.demo:
        make_demo_keys(config)
    return 0


def serve(root: Path, config: Config) -> int:
    """Start the three programs, say where they are once they answer, and stop them together."""
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(config.port),
        "LINDEN_RASA_SECRET": rasa_secret(config),
        "LINDEN_MODEL": str(train.model_path(root)),
        "RASA_PORT": str(RASA_PORT),
        "RASA_URL": f"http://127.0.0.1:{RASA_PORT}",
        "ACTIONS_PORT": str(ACTIONS_PORT),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
        "LINDEN_VAR": str(config.var),
    }
    env["PYTHONPATH"] = os.pathsep.join(part for part in (str(root), os.environ.get("PYTHONPATH", "")) if part)
    honcho = subprocess.Popen([sys.executable, "-m", "honcho", "start"], cwd=root, env=env)
    signal.signal(signal.SIGTERM, lambda *_: honcho.terminate())
    try:
        announce(config, honcho)
        return honcho.wait()
    except KeyboardInterrupt:
        return honcho.wait()


def announce(config: Config, honcho: subprocess.Popen[bytes]) -> None:
    """Print the addresses when the front door answers, and again when every part is ready."""
    base, started = f"http://127.0.0.1:{config.port}", time.monotonic()
    if _wait(f"{base}/healthz", FRONT_DOOR_SECONDS, honcho):
        print(f"\nchat page, danger answered from now on: {base}/  ({time.monotonic() - started:.0f} s)", flush=True)
        print(f"on a council's page:  {base}/demo\ntext messages:        {base}/demo/sms" if config.demo else "", flush=True)
    if _wait(f"{base}/readyz", ALL_SECONDS, honcho):
        print(f"all parts ready ({time.monotonic() - started:.0f} s)")
        print('try a text:  make sms FROM=07700900123 TEXT="what is clares law"')
        print(OPENING if config.demo else "", flush=True)
        print(desk_lines(config) if config.demo else "", flush=True)


def _wait(address: str, seconds: float, honcho: subprocess.Popen[bytes]) -> bool:
    """True when the address answers 200 before the time is over and before the programs end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and honcho.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    return False


if __name__ == "__main__":
    raise SystemExit(main())
