"""Counts conversations while they go on: a sum in memory, added to the database beside the requests, so that no turn waits.

Each fact is counted once for a conversation and by itself, so that no two facts of one person stand together anywhere.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from safety.danger import Level
from webhook.conversations import Conversation
from webhook.counts.facts import CONVERSATION
from webhook.handoff.windows import LONDON
from webhook.store.counts import add_counts
from webhook.store.engine import transaction


def today() -> date:
    """The day it is where people are."""
    return datetime.now(UTC).astimezone(LONDON).date()


@dataclass
class Tally:
    """The sums not yet in the database, by day and fact; `facts` says what an intent stands for, `areas` what an area does."""

    facts: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    today: Callable[[], date] = today
    sums: Counter[tuple[date, str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, conversation: Conversation, level: Level, topic: str | None = None) -> None:
        """Count what is new about a conversation; call it under the conversation's lock, which keeps what was counted."""
        known = {CONVERSATION, self.facts.get(topic or ""), self.areas.get(conversation.area or ""), f"danger/{level}" if level != "none" else None}
        new = {fact for fact in known if fact is not None} - conversation.counted
        conversation.counted |= new
        with self.lock:
            self.sums.update((self.today(), fact) for fact in new)

    def write(self, queue: Engine) -> None:
        """Add the sums to the database; raises SQLAlchemyError when it cannot, and keeps them for the next time."""
        with self.lock:
            taken, self.sums = self.sums, Counter()
        try:
            if taken:
                with transaction(queue) as session:
                    add_counts(session, taken)
        except SQLAlchemyError:
            with self.lock:
                self.sums.update(taken)
            raise
