"""One browser at a time, three sites, and a visit that starts from a council page each time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from limits import parse
from sqlalchemy import create_engine

from directory.load import load_seed
from tests.browser.engines import Engine, require, start, wait_until
from tests.browser.matrix import Matrix
from tests.browser.sites import WEATHER, LindenSite, Site, council
from tests.browser.talker import Talker
from tests.conftest import ROOT, Clock
from tools.demo_keys import make_demo_keys
from webhook.app import create_app
from webhook.config import load_config
from webhook.parts import NAME, Parts

NO_LIMIT = parse("1000000 per second")
OPEN = "linden-chat >>> button:not(.leave)"
HOST_LEAVE = "linden-chat >>> .leave"
IN_FRAME = (("#leave", True), ("#text", True))
MEASURED = {  # what is measured together on a page, by whether the widget is open; and whether it stands in the frame
    ("/", False): (("#leave", False), ("#text", False)),
    ("/housing", False): ((OPEN, False), ("#search", False)),
    ("/housing", True): ((HOST_LEAVE, False), *IN_FRAME),
    ("/blocked", False): (("#plain", False),),
    ("/frame", False): IN_FRAME,
    ("/sandboxed", False): IN_FRAME,
    ("/sandboxed-top", False): IN_FRAME,
}
ENGINES = ("chromium", "firefox", "webkit")


@dataclass
class Visit:
    """A visit by one engine to the three sites; `places` were measured in an earlier visit, so that nothing is looked up now."""

    engine: Engine
    linden: LindenSite
    council: Site
    neutral: Site
    matrix: Matrix
    known: dict[tuple[str, str, str], dict[str, float]] = field(default_factory=dict)

    @property
    def parts(self) -> Parts:
        return self.linden.app.extensions[NAME]

    def begin(self, **how: Any) -> None:
        """A new window with a council page in its history, and a server that knows nobody; the old window is closed before."""
        self.engine.open(**how)
        self.parts.conversations.held.clear()
        for site in (self.linden, self.council, self.neutral):
            site.hits.clear()
        self.engine.goto(f"{self.council.origin}/start")

    def place(self, path: str, selector: str, frame: bool = False, opened: bool = False) -> dict[str, float]:
        """Where something stands on a page, with the widget `opened` where there is one; measured once, in a window of its own."""
        open_first = path == "/housing" and (frame or opened)
        key = (self.engine.name, path, selector)
        if key not in self.known:
            self.engine.open()
            self.engine.goto(self.address(path))
            if open_first:
                self.council.hits.clear()
                self.engine.click(self.engine.place(OPEN))
                self.council.wait_for("/said/focused")
            for other, inside in MEASURED[path, open_first]:
                self.known[self.engine.name, path, other] = self.engine.place(other, inside)
        return self.known[key]

    def address(self, path: str) -> str:
        return f"{self.council.origin}{path}" if path in self.council.pages else f"{self.linden.origin}{path}"

    def goto(self, path: str) -> None:
        self.engine.goto(self.address(path))

    def open_widget(self, path: str = "/housing") -> None:
        """On a council page laid out as /housing is, press its button and wait until the frame said it is ready."""
        button = self.place("/housing", OPEN)
        self.begin()
        self.goto(path)
        self.engine.click(button)
        self.council.wait_for("/said/focused")

    def say(self, text: str, times: int) -> None:
        """Type into the box that has the focus and send; wait until it was answered `times` times in all."""
        self.engine.type(text)
        self.engine.press("Enter")
        self.linden.wait_for("POST /chat/message", times)
        wait_until(lambda: all(c.answers for c in self.parts.conversations.held.values()), "the answer")

    def shifts(self) -> float:
        """Press Shift three times; return when the third was pressed."""
        for _ in range(2):
            self.engine.press("Shift")
        pressed = time.monotonic()
        self.engine.press("Shift")
        return pressed

    def press(self, place: dict[str, float]) -> float:
        """Click a place; return when."""
        pressed = time.monotonic()
        self.engine.click(place)
        return pressed

    def loaded(self) -> None:
        """Wait for the style sheet and the scripts of a page that was led to: before that a key or click may find nothing."""
        wait_until(lambda: self.engine.ask("document.readyState") == "complete", "the page to be loaded")

    def left(self, case: str, pressed: float, *, to: str = "/weather", timed: bool = True) -> None:
        """The neutral page `to` was asked for after `pressed`, and is what the window shows; the times go into the matrix.

        How soon the page was blank is `timed` by the page itself, where it has JavaScript and can be heard."""
        arrived = self.neutral.wait_for(to, pressed)
        wait_until(lambda: self.engine.url().endswith(to), "the window to be at the neutral page")
        self.matrix.add(case, self.engine.name, (arrived - pressed) * 1000, self.blank(pressed) if timed else None)
        self.matrix.versions[self.engine.name] = self.engine.version()

    def blank(self, pressed: float) -> float:
        """Milliseconds from the click or key until the page it was made in was blank."""
        heard: list[float] = []

        def listen() -> list[float]:
            heard[:] = [float(hit.body) for hit in (*self.linden.hits, *self.council.hits) if hit.what.endswith("/said/blank") and hit.at >= pressed]
            return heard

        wait_until(listen, "the page to say when it was blank")
        return min(heard)

    def forgotten(self) -> None:
        """The server holds no conversation any more."""
        wait_until(lambda: not self.parts.conversations.held, "the server to forget")


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    require(request.param)
    running = start(request.param, tmp_path_factory.mktemp(request.param))
    yield running
    running.close()


@pytest.fixture(scope="session")
def neutral() -> Iterator[Site]:
    site = Site("127.0.0.2", {"/weather": WEATHER, "/library": WEATHER})
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory, neutral: Site) -> Iterator[tuple[LindenSite, Site]]:
    var = tmp_path_factory.mktemp("var")
    borough = Site("localhost")
    borough.start()
    env = {"LINDEN_VAR": str(var), "EXIT_URL": f"{neutral.origin}/weather", "EMBED_ORIGINS": borough.origin}
    load_seed(create_engine(f"sqlite:///{var / 'directory.db'}", future=True), ROOT)
    make_demo_keys(load_config(env, ROOT))
    talker = Talker.load(ROOT, var / "directory.db")
    linden = LindenSite(lambda port: create_app(env | {"PORT": str(port)}, ROOT, assistant=talker, now=Clock()))
    linden.app.extensions[NAME].limits.rules.update(dict.fromkeys(("open", "message", "callback", "cancel"), NO_LIMIT))
    borough.pages.update(council(linden.origin, f"{neutral.origin}/library"))
    yield linden, borough
    linden.pause()
    borough.stop()


@pytest.fixture(scope="session")
def matrix() -> Iterator[Matrix]:
    kept = Matrix()
    yield kept
    if os.environ.get("WRITE_DOCS") and kept.cells:
        kept.write(ROOT / "docs/leaving.md")


@pytest.fixture(scope="session")
def known() -> dict[tuple[str, str, str], dict[str, float]]:
    return {}


@pytest.fixture
def visit(engine: Engine, sites: tuple[LindenSite, Site], neutral: Site, matrix: Matrix, known: dict[Any, Any]) -> Iterator[Visit]:
    yield Visit(engine, *sites, neutral, matrix, known)
    neutral.held.clear()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = ROOT / "docs/pictures" if os.environ.get("WRITE_DOCS") else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
