"""The memory that several front doors share, Redis: out of reach is said at once, so that nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import redis
from redis.exceptions import RedisError

from webhook.errors import SharedMemoryUnreachable

ANSWER_SECONDS = 0.2  # a call that takes longer counts as a failure: danger must be answered within half a second
PAUSE_SECONDS = 2.0  # how long nobody asks again after a failure
PREFIX = "linden:"

Result = TypeVar("Result")


@dataclass
class SharedMemory:
    """A Redis, asked with a short time limit; after a failure it is left alone for a moment."""

    url: str
    clock: Callable[[], float] = time.monotonic
    client: Any = field(init=False)
    paused_until: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Make the client; nothing is connected yet."""
        self.client = redis.Redis.from_url(
            self.url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, decode_responses=True, max_connections=128
        )

    def ask(self, work: Callable[[Any], Result]) -> Result:
        """Return what `work` gives for the client; raises SharedMemoryUnreachable when it fails, or has just failed."""
        if self.clock() < self.paused_until:
            raise SharedMemoryUnreachable("it did not answer a moment ago")
        try:
            return work(self.client)
        except (RedisError, OSError) as error:
            self.paused_until = self.clock() + PAUSE_SECONDS
            raise SharedMemoryUnreachable(type(error).__name__) from error

    def ready(self) -> bool:
        """True when it answers."""
        try:
            return bool(self.ask(lambda client: client.ping()))
        except SharedMemoryUnreachable:
            return False
