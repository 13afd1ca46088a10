"""Parts the tests share: real words, rules, directory and queue; an assistant that can be told how to behave."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from directory.load import load_seed
from directory.places import Gazetteer
from safety.danger import DangerDetector
from safety.encoder import Encoder
from safety.normalise import Normaliser
from safety.rules import Rules
from tests.clock import Clock
from tests.engines import Postgres, Redis, postgres_server, redis_server
from tools.train import model_path
from webhook.app import create_app
from webhook.conversations import Conversation
from webhook.errors import RasaUnavailable
from webhook.front_door import Said
from webhook.handoff.keyfile import make_keyfile
from webhook.parts import NAME, Parts
from webhook.rasa_client import Understood
from webhook.replies import Answer, Reply
from webhook.store import workers
from webhook.store.engine import open_queue, transaction
from webhook.words import Words

if TYPE_CHECKING:
    from tools.agent import AgentAssistant

pytest_plugins = ["tests.databases", "tests.desk_people"]
os.environ["LINDEN_MODE"] = "demo"
ROOT = Path(__file__).resolve().parent.parent
PASSPHRASE = "a passphrase for tests"
Ask = Callable[[str], Answer]


UNCHANGING = {part: cache(part.load) for part in (DangerDetector, Gazetteer, Words)}


@dataclass
class Scripted:
    """An assistant that answers as it is told: a topic with its replies, an error, or by running a function first."""

    replies: tuple[Reply, ...] = (Reply("utter_greet", "Hello."),)
    topic: str = "greet"
    error: bool = False
    before: Callable[[], None] = lambda: None
    sent: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def send(self, conversation: str, channel: str, text: str, metadata: dict[str, str], seconds: float) -> Understood:
        self.sent.append((conversation, channel, text, metadata))
        self.before()
        if self.error:
            raise RasaUnavailable("told to be")
        return Understood(self.replies, ((self.topic, 0.9),))

    def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)

    def ready(self) -> bool:
        return not self.error


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def normalise() -> Normaliser:
    return Normaliser.load(ROOT)


@pytest.fixture(scope="session")
def rules() -> Rules:
    return Rules.load(ROOT)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder.load(ROOT)


@pytest.fixture(scope="session")
def detector() -> DangerDetector:
    return DangerDetector.load(ROOT)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@cache
def loaded_directory() -> bytes:
    """The directory with the seed loaded, as the bytes of its SQLite file: loaded once, copied for every app."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "directory.db"
        engine = create_engine(f"sqlite:///{path}", future=True)
        load_seed(engine, ROOT)
        engine.dispose()
        return path.read_bytes()


@cache
def empty_queue() -> bytes:
    """The queue with its tables and nothing in it, as the bytes of its SQLite file: made once, copied for every app."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "queue.db"
        open_queue(f"sqlite:///{path}").dispose()
        return path.read_bytes()


def make_app(var: Path, assistant: object, clock: Clock, **env: str) -> Flask:
    """A front door with its own databases under `var` and the directory loaded."""
    (var / "directory.db").write_bytes(loaded_directory())
    if not (var / "queue.db").exists():
        (var / "queue.db").write_bytes(empty_queue())
    with pytest.MonkeyPatch.context() as once:  # what never changes is read once for every test: a detector is a hundred megabytes
        for part, load in UNCHANGING.items():
            once.setattr(part, "load", load)
        app = create_app({"LINDEN_VAR": str(var), **env}, ROOT, assistant=assistant, now=clock)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def app(tmp_path: Path, scripted: Scripted, clock: Clock) -> Flask:
    return make_app(tmp_path, scripted, clock)


@pytest.fixture
def linden(app: Flask) -> Parts:
    return app.extensions[NAME]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def keys(tmp_path: Path, linden: Parts) -> dict[str, Path]:
    """An approved worker key and recovery key for the Dudley demonstration helpline."""
    return add_keys(tmp_path, linden, "demo-dudley")


def add_keys(folder: Path, linden: Parts, service: str) -> dict[str, Path]:
    """Make and approve a worker and a recovery key for a service; return their files by name."""
    made = {}
    for name in ("worker", "recovery"):
        made[name] = folder / f"{service}-{name}.json"
        recipient = make_keyfile(made[name], PASSPHRASE)
        with transaction(linden.queue) as session:
            workers.add_key(
                session,
                kid=recipient.kid,
                service=service,
                name=name,
                public_key=recipient.public_key,
                recovery=name == "recovery",
                approved=linden.now().replace(tzinfo=None),
            )
    return made


@pytest.fixture(scope="session")
def assistant() -> AgentAssistant:
    """The trained assistant, loaded once for every conversation test; Rasa itself is imported here, for it takes seconds."""
    from tools.agent import AgentAssistant

    return AgentAssistant(model_path(ROOT))


def give_directory(assistant: AgentAssistant, linden: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the actions of an assistant look services up in the directory of a front door."""
    engine = linden.front_door.fallback.directory
    monkeypatch.setattr("actions.services.directory_engine", lambda: engine)
    for action in assistant.agent.action_endpoint.executor.actions.values():
        if hasattr(action, "__self__") and hasattr(action.__self__, "engine"):
            monkeypatch.setattr(action.__self__, "engine", lambda: engine)


@pytest.fixture
def ask(tmp_path: Path, assistant: AgentAssistant, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """One conversation on the web with the trained assistant: what is typed goes in, the answer comes out."""
    linden: Parts = make_app(tmp_path, assistant, clock).extensions[NAME]
    give_directory(assistant, linden, monkeypatch)
    front_door = linden.front_door
    conversation = Conversation(f"ask-{tmp_path.name}", "web", front_door.clock())
    return lambda text: front_door.answer(conversation, Said(text, front_door.clock()))


@pytest.fixture(scope="session")
def redis_running() -> Iterator[Redis]:
    """One Redis for all tests."""
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(redis_running: Redis) -> Iterator[Redis]:
    """An empty Redis, running."""
    redis_running.client.flushall()
    yield redis_running
    if redis_running.process.poll() is not None:
        redis_running.start()
    redis_running.resume()


@pytest.fixture(scope="session")
def postgres_running() -> Iterator[Postgres]:
    """One PostgreSQL for all tests."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres(postgres_running: Postgres) -> Iterator[Postgres]:
    """An empty PostgreSQL, running."""
    postgres_running.empty()
    yield postgres_running
    if postgres_running.process.poll() is not None:
        postgres_running.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the number of a fault into the report, for the table of docs/faults.md."""
    for item in items:
        marker = item.get_closest_marker("fault")
        if marker is not None:
            item.user_properties.append(("fault", marker.args[0]))
