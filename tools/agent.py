"""The trained assistant inside this process, actions included: for measuring understanding and whole-conversation tests."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.channels import run_turn
from bot.lean import do_once
from bot.serve import keep_quiet
from bot.tracker_store import ForgettingTrackerStore, use_our_store
from directory.database import open_directory
from directory.load import load_seed
from webhook.config import Config, load_config
from webhook.rasa_client import Understood, read_understood


def own_directory(var: Path, root: Path) -> Config:
    """Give the front door and the actions of this process a directory of their own under `var`; return the front door's settings."""
    os.environ["LINDEN_VAR"] = str(var)
    os.environ.pop("DATABASE_URL", None)
    config = load_config({"LINDEN_VAR": str(var)}, root)
    config.var.mkdir(parents=True, exist_ok=True)
    load_seed(open_directory(config.directory_url), root)
    return config


class LocalActions(EndpointConfig):  # type: ignore[misc]
    """The action server without a socket: the same executor over the same package, told as little as endpoints.yml lets Rasa tell it."""

    def __init__(self) -> None:
        """Register the actions."""
        super().__init__(url="http://actions.invalid", enable_selective_domain=True)
        self.executor = ActionExecutor()
        self.executor.register_package("actions")

    async def request(self, *_: Any, json: dict[str, Any] | None = None, **__: Any) -> Any:
        """Run the action that is asked for and return what a server would."""
        return await self.executor.run(json)


class AgentAssistant:
    """An Assistant (see webhook/rasa_client.py) over an agent loaded here; calls from any thread share one event loop."""

    def __init__(self, model: Path) -> None:
        """Load the model; it takes about ten seconds. Raises FileNotFoundError: Rasa would take any other model beside it."""
        if not model.exists():
            raise FileNotFoundError(f"there is no {model.name}; run `make train`")
        os.environ["RASA_TELEMETRY_ENABLED"] = "false"
        keep_quiet("ERROR")
        do_once()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="assistant", daemon=True).start()
        self.agent: Agent = self._wait(self._load(model))

    def send(self, conversation: str, channel: str, text: str, metadata: dict[str, str], seconds: float) -> Understood:
        """Run one turn; `seconds` is not enforced here."""
        return read_understood(self._wait(run_turn(self.agent, channel, conversation, text, metadata)))

    def forget(self, conversation: str) -> None:
        """Forget the conversation."""
        self._wait(self.agent.tracker_store.delete(conversation))

    def ready(self) -> bool:
        """True: it was loaded."""
        return True

    async def _load(self, model: Path) -> Agent:
        agent = Agent(action_endpoint=LocalActions(), tracker_store=ForgettingTrackerStore(domain=None))
        agent.load_model(model)
        use_our_store(agent)
        return agent

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()
