"""Limits on how fast messages may come, keyed so that no address or number is ever stored."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from webhook.errors import SharedMemoryUnreachable
from webhook.keys import Keys
from webhook.shared import ANSWER_SECONDS, PREFIX, SharedMemory

CLEARED_EVERY = 30.0  # seconds

RULES: dict[str, str] = {
    "open": "30 per minute",  # chats opened from one network; a library or a refuge may share one
    "first": "1 per day",  # the first words of one page without JavaScript: sent again they open no second chat
    "message": "120 per minute",  # messages from one network
    "text": "20 per 10 minute",  # texts from one number
    "callback": "6 per hour",  # requests from one network
    "feed": "600 per minute",  # questions to the public directory from one network
    "cancel": "10 per hour",  # guesses at a receipt from one network or number
    "sign_in": "60 per hour",  # challenges for passkeys of the desk; a whole helpline shares a network
}


@dataclass
class Rested:
    """The library's timer that clears old counts, held to be still running for a while after it has run."""

    timer: threading.Timer
    until: float = 0.0

    def start(self) -> None:
        """Let the timer run once."""
        self.until = time.monotonic() + CLEARED_EVERY
        self.timer.start()

    def is_alive(self) -> bool:
        """True until the counts may be cleared again."""
        return time.monotonic() < self.until


class OwnCounts(MemoryStorage):  # type: ignore[misc]
    """Counts of this process, cleared now and then: the library would start a thread after every hit, which looks through all of them."""

    @property
    def timer(self) -> Rested:
        """The timer, at rest between two clearings."""
        return self._timer

    @timer.setter
    def timer(self, timer: threading.Timer) -> None:
        self._timer = Rested(timer)


@dataclass(frozen=True)
class SharedCounts:
    """The counts of every front door together, in Redis."""

    memory: SharedMemory
    limiter: MovingWindowRateLimiter

    @classmethod
    def over(cls, memory: SharedMemory) -> SharedCounts:
        """Count in the Redis that the conversations are in."""
        seconds = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        return cls(memory, MovingWindowRateLimiter(RedisStorage(memory.url, key_prefix=f"{PREFIX}limits", **seconds)))

    def hit(self, rule: RateLimitItem, who: str) -> bool:
        """Count one more, and return whether it is within the limit; raises SharedMemoryUnreachable."""
        return bool(self.memory.ask(lambda _: self.limiter.hit(rule, who)))


@dataclass
class Limits:
    """Counts by keyed hash; the key changes each day, so yesterday's counts name nobody.

    While Redis is out of reach each front door counts for itself: N of them then allow N times as much, and nobody is refused
    for it."""

    keys: Keys
    today: Callable[[], date]
    limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(OwnCounts()))
    rules: dict[str, RateLimitItem] = field(default_factory=lambda: {name: parse(rule) for name, rule in RULES.items()})
    shared: SharedCounts | None = None

    def allow(self, rule: str, who: str) -> bool:
        """Count one more of `rule` by `who`, and return whether it is within the limit."""
        tag = self.keys.tag(f"limits/{self.today()}", f"{rule}/{who}")
        if self.shared is not None:
            try:
                return self.shared.hit(self.rules[rule], tag)
            except SharedMemoryUnreachable:
                pass
        return bool(self.limiter.hit(self.rules[rule], tag))


def network(address: str | None) -> str:
    """Return the network an address is in, /24 or /56: what limits are counted by, never the address itself."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 56), strict=False))
