"""The three engines behind one set of commands; every wait has a limit, every click and key is raw input."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from tests.engines import not_here

HERE = Path(__file__).resolve().parent
LIMIT = 15.0  # seconds for any wait
MINI_BROWSERS = ("/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser", "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser")
SHIFT, TAB, ENTER = "\ue008", "\ue004", "\ue007"  # W3C WebDriver's own code points
KEYS = {"Shift": SHIFT, "Tab": TAB, "Enter": ENTER}


class Engine(Protocol):
    """What a test may do in a browser; `place` and `text` look into the page, so never before a measured exit."""

    name: str

    def open(self, **how: Any) -> None: ...
    def goto(self, url: str) -> None: ...
    def place(self, selector: str, frame: bool = False) -> dict[str, float]: ...
    def click(self, place: dict[str, float]) -> None: ...
    def press(self, key: str) -> None: ...
    def type(self, text: str) -> None: ...
    def text(self) -> str: ...
    def back(self) -> None: ...
    def url(self) -> str: ...
    def shot(self, path: Path) -> None: ...
    def ask(self, expression: str, frame: bool = False) -> Any: ...
    def version(self) -> str: ...
    def close(self) -> None: ...


class Puppeteer:
    """Chromium or Firefox, driven by drive.mjs."""

    def __init__(self, name: str, browser: str, executable: str, home: Path) -> None:
        self.name = name
        env = {**os.environ, "HOME": str(home)}
        command = ["node", str(HERE / "drive.mjs"), browser, executable]
        self.process = subprocess.Popen(command, cwd=HERE, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __getattr__(self, command: str) -> Callable[..., Any]:
        return lambda **given: self.do(command, **given)

    def do(self, command: str, **given: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"command": command, **given}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer = json.loads(line or '{"error": "the browser ended"}')
        if "error" in answer:
            raise AssertionError(f"{self.name} could not {command} {given}: {answer['error']}")
        return answer["result"]

    def goto(self, url: str) -> None:
        self.do("goto", url=url)

    def place(self, selector: str, frame: bool = False) -> dict[str, float]:
        return dict(self.do("place", selector=selector, frame=frame))

    def click(self, place: dict[str, float]) -> None:
        self.do("click", x=place["x"], y=place["y"])

    def press(self, key: str) -> None:
        self.do("press", key=key)

    def type(self, text: str) -> None:
        self.do("type", text=text)

    def chord(self, hold: str, key: str) -> None:
        self.do("chord", hold=hold, key=key)

    def shot(self, path: Path, full: bool = False) -> None:
        self.do("shot", path=str(path), full=full)

    def ask(self, expression: str, frame: bool = False) -> Any:
        return self.do("ask", expression=expression, frame=frame)

    def wait(self, expression: str, frame: bool = False) -> None:
        self.do("wait", expression=expression, frame=frame)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()


class WebKit:
    """WebKitGTK's MiniBrowser through its own WebDriver, on a display of its own."""

    name = "webkit"

    def __init__(self, home: Path) -> None:
        self.home = home
        self._start_driver()

    def _start_driver(self) -> None:
        self.port, self.session = free_port(), ""
        command = ["xvfb-run", "-a", "WebKitWebDriver", "--host=127.0.0.1", f"--port={self.port}"]
        env = {**os.environ, "HOME": str(self.home), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "GSETTINGS_BACKEND": "memory"}
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        wait_until(self._answers, "WebKitWebDriver to answer")

    def open(self, script: bool = True, width: int = 420, height: int = 800, **_: Any) -> None:
        self._end_session()
        browser = next(path for path in MINI_BROWSERS if Path(path).exists())
        arguments = ["--automation", "--private", *([] if script else ["--enable-javascript=false"])]
        options = {"binary": browser, "args": arguments}
        wanted = {
            "browserName": "MiniBrowser",
            "webkitgtk:browserOptions": options,
            "timeouts": {"pageLoad": 15000, "script": 5000, "implicit": 5000},
        }
        try:
            self._begin_session(wanted)
        except TimeoutError:  # MiniBrowser now and then does not come up; a fresh driver starts it
            self._stop_driver()
            self._start_driver()
            self._begin_session(wanted)
        self.do("POST", "/window/rect", {"x": 0, "y": 0, "width": width, "height": height})

    def do(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._call(method, f"/session/{self.session}{path}", body)

    def goto(self, url: str) -> None:
        self.do("POST", "/url", {"url": url})
        wait_until(lambda: self.ask("document.readyState") == "complete", f"{url} to be loaded")

    def place(self, selector: str, frame: bool = False) -> dict[str, float]:
        start = {"x": 0.0, "y": 0.0}
        if frame:
            start = self.ask(
                f"const r = ({FRAME}).getBoundingClientRect(), s = getComputedStyle({FRAME}); return {{x: r.x + parseFloat(s.borderLeftWidth), y: r.y + parseFloat(s.borderTopWidth)}}"
            )
        box = self.ask(f"const r = ({deep(selector)}).getBoundingClientRect(); return {{x: r.x, y: r.y, width: r.width, height: r.height}}", frame)
        return box | {"x": start["x"] + box["x"] + box["width"] / 2, "y": start["y"] + box["y"] + box["height"] / 2}

    def click(self, place: dict[str, float]) -> None:
        move = {"type": "pointerMove", "duration": 0, "x": int(place["x"]), "y": int(place["y"])}
        self._act("pointer", [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}])

    def press(self, key: str) -> None:
        self.type(KEYS.get(key, key))

    def type(self, text: str) -> None:
        self._act("key", [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")])

    def text(self) -> str:
        top = str(self.ask("return document.body ? document.body.innerText : ''"))
        if not self.ask(f"return Boolean({FRAME})"):
            return top
        return top + "\n" + str(self.ask("return document.body ? document.body.innerText : ''", frame=True))

    def ask(self, expression: str, frame: bool = False) -> Any:
        script = expression if expression.startswith(("return", "const")) else f"return {expression}"
        if frame:
            found = self.do("POST", "/execute/sync", {"script": f"return {FRAME}", "args": []})
            self.do("POST", "/frame", {"id": found})
        try:
            return self.do("POST", "/execute/sync", {"script": script, "args": []})
        finally:
            if frame:
                self.do("POST", "/frame", {"id": None})

    def back(self) -> None:
        self.do("POST", "/back", {})

    def url(self) -> str:
        return str(self.do("GET", "/url"))

    def shot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.do("GET", "/screenshot")))

    def version(self) -> str:
        return self.number

    def close(self) -> None:
        self._end_session()
        self._stop_driver()

    def _stop_driver(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(LIMIT)

    def _act(self, kind: str, actions: list[dict[str, Any]]) -> None:
        source: dict[str, Any] = {"type": kind, "id": kind, "actions": actions}
        if kind == "pointer":
            source["parameters"] = {"pointerType": "mouse"}
        self.do("POST", "/actions", {"actions": [source]})

    def _begin_session(self, wanted: dict[str, Any]) -> None:
        begun = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session, self.number = begun["sessionId"], str(begun["capabilities"]["browserVersion"])

    def _end_session(self) -> None:
        if self.session:
            self.do("DELETE", "")
            self.session = ""

    def _answers(self) -> bool:
        try:
            return bool(self._call("GET", "/status")["ready"])
        except (AssertionError, OSError):
            return False

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=LIMIT) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"webkit could not {method} {path}: {error.read().decode()[:300]}") from error


FRAME = "(document.querySelector('linden-chat')?.shadowRoot ?? document).querySelector('iframe')"


def deep(selector: str) -> str:
    """The script that finds an element, looking through the loader's shadow where the selector says `>>>`."""
    host, _, inside = selector.partition(" >>> ")
    return f"document.querySelector('{host}').shadowRoot.querySelector('{inside}')" if inside else f"document.querySelector('{host}')"


def missing(name: str) -> str:
    """What is missing for the engine on this machine, or nothing."""
    if name == "webkit":
        lacking = [tool for tool in ("WebKitWebDriver", "xvfb-run") if not shutil.which(tool)]
        return ", ".join(lacking + ([] if any(Path(path).exists() for path in MINI_BROWSERS) else ["MiniBrowser"]))
    lacking = [tool for tool in ("node", {"chromium": "chromium", "firefox": "firefox-esr"}[name]) if not shutil.which(tool)]
    return ", ".join(lacking + ([] if (HERE / "node_modules/puppeteer-core").exists() else ["puppeteer-core (npm ci in tests/browser)"]))


def require(name: str) -> None:
    """Skip where an engine cannot run, saying what is missing; in CI that is a failure."""
    if lacking := missing(name):
        not_here(f"{lacking}, for {name}")


def start(name: str, home: Path) -> Engine:
    """Start an engine by its name."""
    if name == "webkit":
        return WebKit(home)
    browser, program = {"chromium": ("chrome", "chromium"), "firefox": ("firefox", "firefox-esr")}[name]
    return Puppeteer(name, browser, shutil.which(program) or program, home)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], object], what: str, limit: float = LIMIT) -> None:
    """Wait until `true` answers so; fails naming `what` at the limit."""
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, f"waited {limit} s for {what}"
        time.sleep(0.005)
