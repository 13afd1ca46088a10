"""The programs of a drill: Rasa, the actions and the front door on this machine, over empty databases and a clock that is moved."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
import yaml
from flask import Flask, request
from sqlalchemy import create_engine
from werkzeug.serving import make_server

from directory.load import load_seed
from tests.clock import Clock
from tests.engines import free_port, until
from tests.stack import Program
from tools.drill.browser import Pages
from tools.drill.cases import DUDLEY, WALSALL
from tools.train import model_path
from webhook.app import create_app, rasa_secret
from webhook.config import load_config
from webhook.helpline.notify import FILE, Announcer
from webhook.helpline.origin import Origin
from webhook.helpline.watch import watch
from webhook.helpline.words import DeskWords
from webhook.parts import NAME, Parts
from webhook.rasa_client import Assistant
from webhook.sweeper import sweep

READY_SECONDS = 240


@dataclass(frozen=True)
class Told:
    """An announcement: when, to whose address, and what it said."""

    at: datetime
    path: str
    said: bytes


@dataclass
class Stage:
    """What runs, where it keeps what it keeps, and what was seen of it from outside."""

    folder: Path
    clock: Clock
    app: Flask
    port: int = 0
    posted: list[bytes] = field(default_factory=list)  # what pages posted to /callback
    told: list[Told] = field(default_factory=list)
    pages: Pages = field(default_factory=Pages)

    @property
    def linden(self) -> Parts:
        """The parts of the front door."""
        parts: Parts = self.app.extensions[NAME]
        return parts

    @property
    def url(self) -> str:
        """The front door's address."""
        return f"http://127.0.0.1:{self.port}"

    def post(self, path: str, near: str, **how: Any) -> requests.Response:
        """Post as somebody in the network `near` would."""
        headers = {"X-Forwarded-For": near} | how.pop("headers", {})
        return requests.post(f"{self.url}{path}", headers=headers, timeout=30, **how)

    @cached_property
    def announcer(self) -> Announcer:
        """Who is told of new work: the webhook of the drill."""
        config = self.linden.config
        return Announcer.load(config.var, DeskWords.load(config.root), Origin.of(config).url)

    def background(self) -> None:
        """Do what the front door does by itself, by the clock as it stands: watch, and on the hour delete."""
        watch(self.linden, self.announcer)
        if self.clock().minute == 0:
            sweep(self.linden)


@contextmanager
def raised(root: Path, folder: Path, start: datetime, assistant: Assistant | None = None) -> Iterator[Stage]:
    """Start everything in `folder` at the moment `start` and stop it at the end; with an `assistant`, Rasa and the actions are in it."""
    with ExitStack() as ends:
        var = folder / "var"
        var.mkdir(mode=0o700)
        env = {"LINDEN_VAR": str(var), "PROXIES": "1", "RASA_URL": f"http://127.0.0.1:{free_port()}"}
        load_seed(create_engine(f"sqlite:///{var / 'directory.db'}", future=True), root)
        ends.enter_context(_logged(folder / "front-door.log"))
        clock, told = Clock(start), list[Told]()
        hook = ends.enter_context(_hook(clock, told))
        services = {name: {"webhook": f"{hook}/{name}", "lead_webhook": f"{hook}/{name}/lead"} for name in (DUDLEY, WALSALL)}
        (var / FILE).write_text(yaml.safe_dump({"services": services}))
        stage = Stage(folder, clock, create_app(env, root, assistant=assistant, now=clock), told=told)
        stage.app.register_blueprint(stage.pages.blueprint())
        if assistant is None:
            _start_rasa(root, folder, env, ends)
        stage.port = ends.enter_context(_served(stage))
        if not until(stage.linden.rasa.ready, READY_SECONDS):
            raise TimeoutError("Rasa did not start")
        yield stage


def _start_rasa(root: Path, folder: Path, env: dict[str, str], ends: ExitStack) -> None:
    """Start Rasa and the actions, as the Procfile does."""
    config, actions = load_config(env, root), free_port()
    rasa = int(config.rasa_url.rsplit(":", 1)[1])
    shared = (
        os.environ
        | env
        | {
            "LINDEN_RASA_SECRET": rasa_secret(config),
            "ACTIONS_PORT": str(actions),
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "LOG_LEVEL": "DEBUG",
            "PYTHONPATH": str(root),
        }
    )
    python = [sys.executable, "-W", "ignore", "-m"]
    commands = {"actions": (actions, ["actions.serve", str(actions)]), "rasa": (rasa, ["bot.serve", str(model_path(root)), str(rasa)])}
    for name, (port, command) in commands.items():
        program = Program(name, port, [*python, *command], shared, folder / f"{name}.log")
        ends.callback(program.stop)
        program.start()


@contextmanager
def _served(stage: Stage) -> Iterator[int]:
    """Serve the front door on a free port, and keep what pages post to it about calls."""
    stage.app.before_request(
        lambda: (
            stage.posted.append(request.get_data() + b"\0" + request.full_path.encode())
            if request.method == "POST" and request.path == "/callback"
            else None
        )
    )
    server = make_server("127.0.0.1", 0, stage.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Keep every line the front door logs, at every level, in a file of its own."""
    handler, logger = logging.FileHandler(path), logging.getLogger()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
        handler.close()


@contextmanager
def _hook(clock: Clock, told: list[Told]) -> Iterator[str]:
    """The address of a webhook on this machine that keeps what it is told."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep what was posted."""
            told.append(Told(clock(), self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
