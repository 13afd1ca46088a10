"""A tracker store that forgets: by time, by size, at once on leaving, and for good.

A conversation that was left stays refused for a minute, because a turn still under way would bring it back.
Times come from architecture.md: 20 idle minutes on the web, 24 hours by text.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

IDLE_SECONDS = {"web": 20 * 60, "sms": 24 * 60 * 60}
TOMBSTONE_SECONDS = 60
SWEEP_SECONDS = 30
MOST = 20_000
LONGEST_EVENTS = 1_200  # about 60 turns; older events go first


def use_our_store(agent: Agent) -> None:
    """Take off the wrapper that Rasa puts around a store: it would fall back to one that never forgets."""
    if isinstance(agent.tracker_store, FailSafeTrackerStore):
        agent.tracker_store = agent.tracker_store._tracker_store
        agent.processor.tracker_store = agent.tracker_store


class ForgettingTrackerStore(TrackerStore, SerializedTrackerAsText):  # type: ignore[misc]
    """Conversations in memory only, each with the time it was last touched."""

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, clock: Callable[[], float] = time.monotonic, **kwargs: Any) -> None:
        """Start empty; `clock` gives seconds and is replaced in tests."""
        self.clock = clock
        self.held: OrderedDict[str, tuple[float, float, str]] = OrderedDict()
        self.left: dict[str, float] = {}
        self.swept = clock()
        kwargs.pop("host", None)
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the conversation, unless the person has just left it."""
        self.sweep()
        if tracker.sender_id in self.left:
            return
        idle = IDLE_SECONDS.get(tracker.get_latest_input_channel() or "web", IDLE_SECONDS["web"])
        self.held[tracker.sender_id] = (self.clock(), idle, self.serialise_tracker(tracker))
        self.held.move_to_end(tracker.sender_id)
        while len(self.held) > MOST:
            self.held.popitem(last=False)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation, or None when it is not held or has been idle too long."""
        self.sweep()
        touched, idle, serialised = self.held.get(sender_id, (0.0, 0.0, ""))
        if not serialised or self.clock() - touched > idle:
            self.held.pop(sender_id, None)
            return None
        return self.deserialise_tracker(sender_id, serialised)

    async def delete(self, sender_id: str) -> None:
        """Forget the conversation now, and refuse to save it for a minute."""
        self.held.pop(sender_id, None)
        self.left[sender_id] = self.clock()

    async def keys(self) -> Iterable[str]:
        """Return the ids of the conversations held."""
        return self.held.keys()

    def sweep(self) -> None:
        """At most every 30 seconds, drop what has been idle too long and tombstones that are over."""
        now = self.clock()
        if now - self.swept < SWEEP_SECONDS:
            return
        self.swept = now
        for sender in [s for s, (touched, idle, _) in self.held.items() if now - touched > idle]:
            del self.held[sender]
        for sender in [s for s, since in self.left.items() if now - since > TOMBSTONE_SECONDS]:
            del self.left[sender]
