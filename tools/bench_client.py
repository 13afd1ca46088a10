"""Drives a chat over HTTP as people would, some at once, and keeps the time of every turn; the same for every system measured."""

from __future__ import annotations

import itertools
import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import requests

TURNS_A_CHAT = 12
LONGEST_WAIT = 60.0  # seconds


@dataclass(frozen=True)
class Measured:
    """What one load gave: how many at once, turns a second, and the time of each turn in milliseconds, sorted."""

    clients: int
    rate: float
    times: tuple[float, ...]
    failed: int

    @property
    def median(self) -> float:
        """The middle time."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """The time that one turn in twenty exceeds."""
        return self.times[int(len(self.times) * 0.95) - 1]

    @property
    def figures(self) -> tuple[str, ...]:
        """Median, p95, turns a second and how many were not answered, for a table."""
        return f"{self.median:.1f}", f"{self.p95:.0f}", f"{self.rate:.1f}", str(self.failed)


@dataclass
class FrontDoorChat:
    """A person on our web chat, from an address of their own (the bench stands where our proxy would)."""

    base: str
    turns: int = TURNS_A_CHAT
    http: requests.Session = field(default_factory=requests.Session)
    said: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> bool:
        """Say one thing; True when it was answered by Rasa."""
        self.said += 1
        network = {"X-Forwarded-For": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.1"}
        if self.said % self.turns == 1:
            opened = self.http.post(f"{self.base}/chat/open", headers=network, timeout=LONGEST_WAIT).json()
            self.headers = {"X-Chat-Session": opened["session"]}
        answer = self.http.post(
            f"{self.base}/chat/message", json={"text": text, "turn": self.said}, headers=self.headers | network, timeout=LONGEST_WAIT
        )
        return answer.status_code == 200 and "utter_front_door_alone" not in answer.text


@dataclass
class RestChat:
    """A person on a stock Rasa's REST channel."""

    base: str
    turns: int = TURNS_A_CHAT
    http: requests.Session = field(default_factory=requests.Session)
    said: int = 0
    sender: str = ""

    def say(self, text: str) -> bool:
        """Say one thing; True when anything was answered."""
        self.said += 1
        if self.said % self.turns == 1:
            self.sender = secrets.token_hex(8)
        answer = self.http.post(f"{self.base}/webhooks/rest/webhook", json={"sender": self.sender, "message": text}, timeout=LONGEST_WAIT)
        return answer.status_code == 200 and bool(answer.json())


def drive(make: Callable[[], FrontDoorChat | RestChat], texts: list[str], clients: int, turns: int) -> Measured:
    """Let `clients` people say `turns` things together, each as soon as the last was answered."""
    waiting: Iterator[str] = itertools.islice(itertools.cycle(texts), turns)
    lock, times, failed = threading.Lock(), [], [0]

    def person() -> None:
        chat = make()
        while True:
            with lock:
                text = next(waiting, None)
            if text is None:
                return
            started = time.perf_counter()
            good = chat.say(text)
            took = (time.perf_counter() - started) * 1000
            with lock:
                times.append(took)
                failed[0] += not good

    people = [threading.Thread(target=person) for _ in range(clients)]
    started = time.perf_counter()
    for each in people:
        each.start()
    for each in people:
        each.join()
    return Measured(clients, turns / (time.perf_counter() - started), tuple(sorted(times)), failed[0])


def times_by_turn(make: Callable[[], FrontDoorChat | RestChat], texts: list[str], turns: int, chats: int) -> dict[str, float]:
    """Return the median time in milliseconds of each ten turns of chats of so many turns."""
    times: dict[str, list[float]] = {}
    for number in range(chats):
        chat = make()
        for turn in range(turns):
            started = time.perf_counter()
            chat.say(texts[(number * turns + turn) % len(texts)])
            first = turn // 10 * 10
            times.setdefault(f"{first + 1}–{first + 10}", []).append((time.perf_counter() - started) * 1000)
    return {which: statistics.median(taken) for which, taken in times.items()}
