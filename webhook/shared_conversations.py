"""Conversations that several front doors share: kept in Redis for as long as they may be, never on a disk.

A turn is taken under one lock for each conversation. The lock has a holder, so that only who took it gives it back, and an
end, so that a process that was killed blocks nobody for long. What a turn changed is written in the same step that checks
that the lock is still held: a process that was stopped for longer than the lock lasts can undo nothing.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from webhook.conversations import IDLE_SECONDS, Conversation, Conversations
from webhook.errors import SharedMemoryUnreachable
from webhook.shared import PREFIX, SharedMemory

LOCK_MILLISECONDS = 10_000  # longer than any turn's budget (architecture.md)
POLL_SECONDS = 0.01

TAKE = "if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return redis.call('get', KEYS[2]) or '' end return false"
GIVE_BACK = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1])
if redis.call('exists', KEYS[2]) == 1 then redis.call('set', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
return 1
"""


@dataclass
class SharedConversations:
    """All conversations of every front door; while Redis is out of reach, those of this process alone."""

    memory: SharedMemory
    local: Conversations = field(default_factory=Conversations)
    to_forget: set[str] = field(default_factory=set)

    def open(self, conversation_id: str, channel: str) -> Conversation:
        """See Held."""
        try:
            found = self._load(conversation_id)
            if found is None:
                found = self._conversation(conversation_id, channel)
                self._store(found)
            return found
        except SharedMemoryUnreachable:
            return self.local.open(conversation_id, channel)

    def find(self, conversation_id: str) -> Conversation | None:
        """See Held; one that was opened here while Redis was out of reach is shared from now on."""
        try:
            return self._load(conversation_id)
        except SharedMemoryUnreachable:
            return self.local.find(conversation_id)

    def forget(self, conversation_id: str) -> None:
        """See Held; out of reach, it is done as soon as Redis is back."""
        self.local.forget(conversation_id)
        try:
            self.memory.ask(lambda client: client.delete(key_of(conversation_id)))
        except SharedMemoryUnreachable:
            self.to_forget.add(conversation_id)

    def sweep(self) -> list[str]:
        """See Held; Redis itself forgets by time, so only this process's own are looked through."""
        for conversation_id in list(self.to_forget):
            self.to_forget.discard(conversation_id)
            self.forget(conversation_id)
        return self.local.sweep()

    def _load(self, conversation_id: str) -> Conversation | None:
        kept = self.memory.ask(lambda client: client.get(key_of(conversation_id)))
        if conversation_id in self.to_forget:
            return None
        if kept is None:
            return self._share_local(conversation_id)
        state = json.loads(kept)
        self.memory.ask(lambda client: client.expire(key_of(conversation_id), IDLE_SECONDS[state["channel"]]))
        found = self._conversation(conversation_id, state["channel"])
        found.read(state)
        return found

    def _share_local(self, conversation_id: str) -> Conversation | None:
        """Share a conversation that was opened here while Redis was out of reach."""
        own = self.local.find(conversation_id)
        if own is None:
            return None
        found = self._conversation(conversation_id, own.channel)
        found.read(own.state())
        self._store(found)
        self.local.forget(conversation_id)
        return found

    def _store(self, conversation: Conversation) -> None:
        """Keep a conversation that is new here, unless another process was first."""
        state, idle = json.dumps(conversation.state()), IDLE_SECONDS[conversation.channel]
        self.memory.ask(lambda client: client.set(key_of(conversation.id), state, ex=idle, nx=True))

    def _conversation(self, conversation_id: str, channel: str) -> Conversation:
        made = Conversation(conversation_id, channel, self.local.clock())
        made.lock = SharedLock(self.memory, self.local, made)
        return made


@dataclass
class SharedLock:
    """The lock of one conversation over every front door; taking it reads the conversation as it is now."""

    memory: SharedMemory
    local: Conversations
    conversation: Conversation
    holder: str = field(default_factory=lambda: secrets.token_hex(16))
    stand_in: Conversation | None = None
    times: int = 0  # how often it was taken and not yet given back

    def acquire(self, *, timeout: float) -> bool:
        """See TurnLock; while Redis is out of reach, the lock is this process's own."""
        if self.times == 0 and not self._acquire(timeout):
            return False
        self.times += 1
        return True

    def release(self) -> None:
        """See TurnLock; writes the conversation back, unless the lock was lost or the conversation forgotten."""
        self.times -= 1
        if self.times == 0:
            self._release()

    def _acquire(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while True:
            try:
                kept = self.memory.ask(self._take)
            except SharedMemoryUnreachable:
                return self._acquire_here(max(0.0, end - time.monotonic()))
            if kept is not None:
                if kept:
                    self.conversation.read(json.loads(kept))
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(POLL_SECONDS)

    def _release(self) -> None:
        if self.stand_in is not None:
            self.stand_in.read(self.conversation.state())
            self.stand_in.lock.release()
            self.stand_in = None
            return
        try:
            self.memory.ask(self._give_back)
        except SharedMemoryUnreachable:
            self.local.open(self.conversation.id, self.conversation.channel).read(self.conversation.state())

    def _acquire_here(self, timeout: float) -> bool:
        stand_in = self.local.open(self.conversation.id, self.conversation.channel)
        if not stand_in.lock.acquire(timeout=timeout):
            return False
        if stand_in.turns:
            self.conversation.read(stand_in.state())
        self.stand_in = stand_in
        return True

    def _take(self, client: Any) -> str | None:
        found = client.eval(TAKE, 2, lock_of(self.conversation.id), key_of(self.conversation.id), self.holder, LOCK_MILLISECONDS)
        return None if found is None else str(found)

    def _give_back(self, client: Any) -> None:
        state, idle = json.dumps(self.conversation.state()), IDLE_SECONDS[self.conversation.channel]
        client.eval(GIVE_BACK, 2, lock_of(self.conversation.id), key_of(self.conversation.id), self.holder, state, idle)


def key_of(conversation_id: str) -> str:
    """Where the state of a conversation is kept."""
    return f"{PREFIX}conversation:{conversation_id}"


def lock_of(conversation_id: str) -> str:
    """Where the lock of a conversation is kept."""
    return f"{PREFIX}lock:{conversation_id}"
