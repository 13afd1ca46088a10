"""The queue as it changes: server-sent events, few at a time, so that the desk never starves the chat of threads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

MOST = 8  # open streams in one process of 32 threads; a page that gets none asks every ten seconds instead
LASTS = 25.0  # seconds; the page's EventSource opens the next one by itself, and a stopping process need not wait long
EVERY = 1.0  # seconds between looks


@dataclass(frozen=True)
class Streams:
    """How many streams are open."""

    free: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST))

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Give a place for one stream, or False when there is none."""
        got = self.free.acquire(blocking=False)
        try:
            yield got
        finally:
            if got:
                self.free.release()


def events(look: Callable[[], dict[str, Any] | None], streams: Streams) -> Iterator[str]:
    """Yield what `look` sees whenever it changes, apart from its clock; `ended` when it sees None; `busy` without a place."""
    with streams.place() as got:
        yield "retry: 1000\n\n"
        if not got:
            yield _event("busy", {})
            return
        last, stop = None, time.monotonic() + LASTS
        while time.monotonic() < stop:
            seen = look()
            if seen is None:
                yield _event("ended", {})
                return
            changed = {name: value for name, value in seen.items() if name != "now"}
            yield _event("queue", seen) if changed != last else ": still here\n\n"
            last = changed
            time.sleep(EVERY)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
