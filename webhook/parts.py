"""The parts a running front door is made of, built once in `create_app` and reached by handlers through `parts()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy.engine import Engine

from webhook.config import Config
from webhook.conversations import Held
from webhook.front_door import FrontDoor
from webhook.handoff.desk import Desk
from webhook.handoff.receipt import Receipts
from webhook.handoff.services import HelplineService
from webhook.keys import Keys
from webhook.limits import Limits
from webhook.metrics import Metrics
from webhook.rasa_client import Assistant
from webhook.shared import SharedMemory
from webhook.sms.texting import Texting
from webhook.words import Words

NAME = "linden"


@dataclass(frozen=True)
class Parts:
    """Everything a handler may need; nothing here is global."""

    config: Config
    keys: Keys
    words: Words
    conversations: Held
    front_door: FrontDoor
    limits: Limits
    rasa: Assistant
    queue: Engine
    services: list[HelplineService]
    receipts: Receipts
    desk: Desk
    texting: Texting
    twilio_token: str | None
    now: Callable[[], datetime]
    memory: SharedMemory | None = None
    metrics: Metrics = field(default_factory=Metrics.make)


def parts() -> Parts:
    """Return the parts of the app that is handling the request."""
    return cast(Parts, current_app.extensions[NAME])
