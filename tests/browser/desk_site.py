"""The desk on a real socket, and Chromium with a virtual authenticator for each person at it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from tests.browser.engines import require
from tests.conftest import Clock, Scripted, make_app
from webhook.parts import NAME, Parts

HERE = Path(__file__).resolve().parent
CHROMIUM = shutil.which("chromium")


class DeskSite:
    """A front door with a clock that is moved by hand, on a free port of this machine."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder, self.clock = folder, clock
        self.app = make_app(folder, Scripted(), clock, PORT=str(self.port))
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def linden(self) -> Parts:
        return self.app.extensions[NAME]

    def command(self, *words: str, passphrase: str = "") -> str:
        result = self.app.test_cli_runner(env={"LINDEN_PASSPHRASE": passphrase}).invoke(args=["helpline", *words])
        assert result.exit_code == 0, result.output
        return result.output

    def close(self) -> None:
        self.server.shutdown()


class Chromium:
    """A browser with people at it; every method is a command of helpline.mjs."""

    def __init__(self, home: Path) -> None:
        require("chromium")
        command = ["node", str(HERE / "helpline.mjs"), str(CHROMIUM)]
        env = {**os.environ, "HOME": str(home)}
        self.process = subprocess.Popen(command, cwd=HERE, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, command: str, **given: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"command": command, **given}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "the browser ended"}')
        if "error" in answer:
            raise AssertionError(f"could not {command} {given}: {answer['error']}")
        return answer["result"]

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
