"""Conversations the front door holds in memory: bounded, timed, and forgotten for good when a person leaves."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from webhook.replies import Answer, Button, Reply, read_answer

IDLE_SECONDS = {"web": 20 * 60, "sms": 24 * 60 * 60}  # handoff.md, Deletion: 20 idle minutes; 24 h by text
MOST = 20_000  # a bound on memory: the longest idle are forgotten first
REMEMBERED_TURNS = 3  # how many answers are kept for a client that retries a turn

NOT_CLEAR = frozenset({"nlu_fallback", "out_of_scope"})
FOR_ANOTHER = frozenset({"worried_about_someone", "clares_law_third_party"})
SURELY = 0.5  # confidence; below it somebody who asks for herself would too often be taken for a relative, and stay one
TOPICLESS = frozenset({"greet", "goodbye", "thanks", "affirm", "deny", "repeat", "help_menu", "bot_challenge"})  # no subject to return to
BLOCK = "utter_danger_now"  # the reply that is the danger block
PLAIN = ("area", "topic", "relative", "unclear", "turns", "asked")  # what is handed from process to process as it stands


class TurnLock(Protocol):
    """The right to take a conversation's next turn; one holder at a time, over every process that could take it.

    Who holds it may take it again: an answer to a text is a turn within which the path shared with the web is one more."""

    def acquire(self, *, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the right; False without it."""

    def release(self) -> None:
        """Give back what was taken last; with the first taking, what was changed is kept for every process."""


@dataclass
class Conversation:
    """One person's chat: its keyed-hash id, where it is, what was last talked about and offered; no words of theirs are kept."""

    id: str
    channel: str
    seen: float
    area: str | None = None
    topic: str | None = None
    relative: bool = False  # she asks for somebody else
    unclear: int = 0  # turns running that were not understood
    said: tuple[str, ...] = ()  # the names of the replies of the last answer, for "say it again"
    turns: int = 0
    answers: OrderedDict[int | None, Answer] = field(default_factory=OrderedDict)
    offered: dict[str, Button] = field(default_factory=dict)
    asked: str = ""  # by text: the small question last asked, such as "leave"
    notes: set[str] = field(default_factory=set)  # by text: what is known of the chat by name, such as "plain"; never words of theirs
    counted: set[str] = field(default_factory=set)  # what the service owner's counts have of it already, by name
    lock: TurnLock = field(default_factory=threading.RLock)

    @contextmanager
    def taken(self, timeout: float = 0.0) -> Iterator[bool]:
        """Hold the right to the turn, waited for up to `timeout` seconds; gives False without it.

        Only what is changed while it is held is sure to be kept: another process may hold the conversation too."""
        mine = self.lock.acquire(timeout=timeout)
        try:
            yield mine
        finally:
            if mine:
                self.lock.release()

    @property
    def context(self) -> dict[str, str]:
        """What the assistant is told of the conversation beside the message: names of ours, never words of hers."""
        known = {
            "area": self.area,
            "topic": self.topic,
            "asker": "relative" if self.relative else None,
            "danger": "now" if self.told_999 else None,
        }
        return {name: value for name, value in known.items() if value}

    @property
    def told_999(self) -> bool:
        """True when the danger block was part of the last answer."""
        return BLOCK in self.said

    def issue(self, answer: Answer) -> Answer:
        """Swap each button's payload for an opaque id that only this conversation, at this turn, can use."""
        self.offered = {}
        return Answer(answer.danger, tuple(self._issue(reply) for reply in answer.replies), answer.status)

    def _issue(self, reply: Reply) -> Reply:
        issued = []
        for button in reply.buttons:
            token = secrets.token_urlsafe(9)
            self.offered[token] = button
            issued.append(Button(button.title, token))
        return Reply(reply.id, reply.text, tuple(issued), reply.kind, reply.contact)

    def hear(self, topic: str, confidence: float) -> None:
        """Note what was talked about, for the questions that lean on it."""
        self.unclear = self.unclear + 1 if topic in NOT_CLEAR else 0
        self.relative = self.relative or (topic in FOR_ANOTHER and confidence >= SURELY)
        if topic not in TOPICLESS | NOT_CLEAR:
            self.topic = topic

    def tell(self, replies: tuple[Reply, ...]) -> None:
        """Note what was answered, by name only, for "say it again"."""
        self.said = tuple(reply.id for reply in replies if reply.contact is None)

    def remember(self, turn: int | None, answer: Answer) -> None:
        """Keep the answer to `turn`, so that the same turn sent again gets the same answer; None is not kept."""
        if turn is not None:
            self.answers[turn] = answer
        while len(self.answers) > REMEMBERED_TURNS:
            self.answers.popitem(last=False)

    def begin_anew(self) -> None:
        """Forget everything that was noted, as if nothing had been said."""
        self.read(Conversation(self.id, self.channel, self.seen).state())

    def state(self) -> dict[str, Any]:
        """Return everything but the id and the lock, as plain JSON values; `read` takes it back."""
        return {
            "channel": self.channel,
            **{name: getattr(self, name) for name in PLAIN},
            "said": list(self.said),
            "notes": sorted(self.notes),
            "counted": sorted(self.counted),
            "answers": [[turn, answer.status, answer.as_json()] for turn, answer in self.answers.items()],
            "offered": [[token, button.title, button.payload] for token, button in self.offered.items()],
        }

    def read(self, state: dict[str, Any]) -> None:
        """Become what `state` of another process or an earlier moment says."""
        for name in PLAIN:
            setattr(self, name, state[name])
        self.channel, self.said, self.notes = state["channel"], tuple(state["said"]), set(state["notes"])
        self.counted = set(state.get("counted", ()))  # a conversation of the release before has none
        self.answers = OrderedDict((turn, read_answer(body, status)) for turn, status, body in state["answers"])
        self.offered = {token: Button(title, payload) for token, title, payload in state["offered"]}


class Held(Protocol):
    """Where conversations are kept: in this process, or shared by several."""

    def open(self, conversation_id: str, channel: str) -> Conversation:
        """Return the conversation, made new if it is not held or has been idle too long."""

    def find(self, conversation_id: str) -> Conversation | None:
        """Return the conversation and count it as seen now, or None if it is not held or has been idle too long."""

    def forget(self, conversation_id: str) -> None:
        """Drop the conversation; forgetting one that is not held is no error."""

    def sweep(self) -> list[str]:
        """Drop what has been idle too long, and return the ids that Rasa must forget as well."""


@dataclass
class Conversations:
    """All conversations of this process by id, oldest first; safe to use from many threads."""

    clock: Callable[[], float] = time.monotonic
    most: int = MOST
    held: OrderedDict[str, Conversation] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, conversation_id: str, channel: str) -> Conversation:
        """Return the conversation, made new if it is not held or has been idle too long."""
        with self.lock:
            held = self._fresh(conversation_id)
            if held is None:
                held = self.held[conversation_id] = Conversation(conversation_id, channel, self.clock())
                while len(self.held) > self.most:
                    self.held.popitem(last=False)
            return held

    def find(self, conversation_id: str) -> Conversation | None:
        """Return the conversation and count it as seen now, or None if it is not held or has been idle too long."""
        with self.lock:
            return self._fresh(conversation_id)

    def forget(self, conversation_id: str) -> None:
        """Drop the conversation; forgetting one that is not held is no error."""
        with self.lock:
            self.held.pop(conversation_id, None)

    def sweep(self) -> list[str]:
        """Drop every conversation that has been idle too long, and return their ids."""
        with self.lock:
            now = self.clock()
            stale = [c.id for c in self.held.values() if now - c.seen > IDLE_SECONDS[c.channel]]
            for conversation_id in stale:
                del self.held[conversation_id]
            return stale

    def _fresh(self, conversation_id: str) -> Conversation | None:
        held = self.held.get(conversation_id)
        if held is None or self.clock() - held.seen > IDLE_SECONDS[held.channel]:
            self.held.pop(conversation_id, None)
            return None
        held.seen = self.clock()
        self.held.move_to_end(conversation_id)
        return held
