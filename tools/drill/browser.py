"""People whose own browser seals what they ask: Chromium, on the page's own code, under the front door's own policy."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Response, jsonify, request

SECONDS = 180
PAGE = '<!doctype html><title>drill</title><script type="module" src="/drill/page.js"></script>'
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-port=0")


class BrowserFailed(Exception):
    """Chromium is not here, or its page did not come to its end."""


@dataclass
class Pages:
    """The page a browser opens in a drill: what it is given, and what it found."""

    given: list[dict[str, Any]] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)

    def blueprint(self) -> Blueprint:
        """Return the routes of the page."""
        bp = Blueprint("drill", __name__, url_prefix="/drill")
        script = Path(__file__).with_name("page.js").read_text("utf-8")
        bp.add_url_rule("", "page", lambda: PAGE)
        bp.add_url_rule("/page.js", "script", lambda: Response(script, mimetype="text/javascript"))
        bp.add_url_rule("/given", "given", lambda: jsonify(self.given))
        bp.add_url_rule("/done", "done", self._finish, methods=["POST"])
        return bp

    def visit(self, address: str, given: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """Open `address` in Chromium with what is `given`; return the answers each person got. Raises BrowserFailed."""
        self.given = given
        self.done.clear()
        with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            command = [shutil.which("chromium") or "", *FLAGS, f"--user-data-dir={profile}", address]
            if not command[0]:
                raise BrowserFailed("Chromium is not on this machine; make browsers installs it")
            browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                finished = self.done.wait(SECONDS)
            finally:
                browser.terminate()
                browser.wait(30)
        if not finished or "error" in self.found:
            raise BrowserFailed(self.found.get("error", "the page never finished"))
        sent: list[list[dict[str, Any]]] = self.found["sent"]
        return sent

    def _finish(self) -> str:
        self.found = json.loads(request.get_data())
        self.done.set()
        return ""
