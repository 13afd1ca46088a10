"""Tracker stores that forget: by time, by size, at once on leaving, and for good.

Two places: the memory of this process, and a Redis that several Rasas share. Neither keeps what a person typed, nor any
turn but the last: once a turn is answered, its intent and the slots are all that later turns need. A conversation that
was left stays refused for a minute, because a turn still under way would bring it back. Times come from architecture.md:
20 idle minutes on the web, 24 hours by text.
"""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

import redis.asyncio
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from redis.exceptions import RedisError

IDLE_SECONDS = {"web": 20 * 60, "sms": 24 * 60 * 60}
TOMBSTONE_SECONDS = 60
SWEEP_SECONDS = 30
MOST = 20_000
ANSWER_SECONDS = 0.2  # a Redis that is slower than this is done without
PAUSE_SECONDS = 2.0

# A turn that was given up by the front door may end after the next one: the later turn's number wins.
SAVE = """
if redis.call('exists', KEYS[2]) == 1 then return 0 end
if tonumber(redis.call('hget', KEYS[1], 'turn') or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('hset', KEYS[1], 'turn', ARGV[1], 'tracker', ARGV[2])
redis.call('expire', KEYS[1], ARGV[3])
return 1
"""

logger = logging.getLogger(__name__)


def use_our_store(agent: Agent, env: Mapping[str, str] | None = None) -> None:
    """Use the shared store where REDIS_URL is set; else take off the wrapper that Rasa puts around a store, which would fall
    back to one that never forgets."""
    store = agent.tracker_store
    if url := (env or {}).get("REDIS_URL"):
        store = SharedTrackerStore(agent.domain, url=url)
    elif isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store
    agent.tracker_store = agent.processor.tracker_store = store


class WordlessTrackerStore(TrackerStore, SerializedTrackerAsText):  # type: ignore[misc]
    """Keeps a conversation without the words of its person."""

    @staticmethod
    def serialise_tracker(tracker: DialogueStateTracker) -> str:
        """Return the conversation as JSON: its slots and its last turn, what was typed and what else it could have meant left out.

        Rasa reads every event again at every turn, and no rule of ours looks further back than its own turn."""
        said = [place for place, event in enumerate(tracker.events) if isinstance(event, UserUttered)]
        last = list(tracker.events)[said[-1] if said else 0 :]
        slots = [SlotSet(slot.name, slot.value).as_dict() for slot in tracker.slots.values() if slot.has_been_set]
        turn = [without_words(event.as_dict()) for event in last if not isinstance(event, BotUttered)]
        return json.dumps({"name": tracker.sender_id, "events": [*slots, *turn]})


def without_words(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with nothing in it that was typed."""
    if event.get("event") == "user":
        parsed = event.get("parse_data") or {}
        kept = {"text": "", "intent": parsed.get("intent", {}), "entities": parsed.get("entities", [])}
        return event | {"text": "", "parse_data": kept}
    return event


class ForgettingTrackerStore(WordlessTrackerStore):
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
        self.held[tracker.sender_id] = (self.clock(), idle_seconds(tracker), self.serialise_tracker(tracker))
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


class SharedTrackerStore(WordlessTrackerStore):
    """Conversations in a Redis that every Rasa shares; out of reach, each turn is answered without what came before."""

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, url: str = "", **kwargs: Any) -> None:
        """Make the client; nothing is connected yet."""
        self.client = redis.asyncio.Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, decode_responses=True)
        self.paused_until = 0.0
        self.to_forget: set[str] = set()
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the conversation, unless it was left or a later turn was kept already."""
        sender, body = tracker.sender_id, self.serialise_tracker(tracker)
        await self._ask(lambda: self.client.eval(SAVE, 2, key_of(sender), left_of(sender), turn_of(tracker), body, idle_seconds(tracker)))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation, or None when it is not held or Redis is out of reach."""
        await self._forget_again()
        serialised = None if sender_id in self.to_forget else await self._ask(lambda: self.client.hget(key_of(sender_id), "tracker"))
        return self.deserialise_tracker(sender_id, serialised) if serialised else None

    async def delete(self, sender_id: str) -> None:
        """Forget the conversation everywhere, and refuse to save it for a minute; out of reach, as soon as Redis is back."""
        self.to_forget.add(sender_id)
        await self._forget_again()

    async def keys(self) -> Iterable[str]:
        """Return the ids of the conversations held."""
        prefix = key_of("")
        return [key.removeprefix(prefix) async for key in self.client.scan_iter(f"{prefix}*")]

    async def _forget_again(self) -> None:
        for sender in list(self.to_forget):
            if await self._ask(partial(self._delete, sender)) is not None:
                self.to_forget.discard(sender)

    async def _delete(self, sender_id: str) -> Any:
        async with self.client.pipeline(transaction=True) as both:
            return await both.set(left_of(sender_id), "1", ex=TOMBSTONE_SECONDS).delete(key_of(sender_id)).execute()

    async def _ask(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Return what Redis answers; None when it does not, and for a moment after."""
        if time.monotonic() < self.paused_until:
            return None
        try:
            return await work()
        except (RedisError, OSError) as error:
            self.paused_until = time.monotonic() + PAUSE_SECONDS
            logger.error("the shared memory does not answer: %s", type(error).__name__)
            return None


def idle_seconds(tracker: DialogueStateTracker) -> int:
    """How long the conversation may be idle before it is forgotten."""
    return IDLE_SECONDS.get(tracker.get_latest_input_channel() or "web", IDLE_SECONDS["web"])


def turn_of(tracker: DialogueStateTracker) -> int:
    """The number the front door gave the latest turn; 0 when it gave none."""
    return int((tracker.latest_message.metadata if tracker.latest_message else {}).get("turn", 0))


def key_of(sender_id: str) -> str:
    """Where the conversation is kept."""
    return f"linden:tracker:{sender_id}"


def left_of(sender_id: str) -> str:
    """Where it is noted that the conversation was left."""
    return f"linden:left:{sender_id}"
