"""Talks to Rasa on the loopback, within a deadline; a late result is dropped and the caller answers alone."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from typing import Any, Protocol

import urllib3

from webhook.breaker import Breaker
from webhook.errors import RasaUnavailable
from webhook.metrics import Metrics
from webhook.replies import Button, Reply

FORGET_SECONDS = 0.4
FAIR_SECONDS = 1.0  # who gave Rasa less time than this has not learned that it hangs
ASKING = 48  # calls at once
MOST_UNFORGOTTEN = 10_000
BAD = 400  # and above: a status that is no answer


@dataclass(frozen=True)
class Understood:
    """What Rasa made of a turn: its replies, and the intents it considered with their confidence, best first."""

    replies: tuple[Reply, ...]
    ranking: tuple[tuple[str, float], ...]

    @property
    def topic(self) -> str:
        """The intent that was heard."""
        return self.ranking[0][0] if self.ranking else "nlu_fallback"

    @property
    def confidence(self) -> float:
        """How sure it was heard, 0 to 1."""
        return self.ranking[0][1] if self.ranking else 0.0


class Assistant(Protocol):
    """Whatever can understand a turn and forget a conversation; Rasa over HTTP, or an agent in this process."""

    def send(self, conversation: str, channel: str, text: str, metadata: dict[str, str], seconds: float) -> Understood:
        """Return what was made of `text`; raises RasaUnavailable when `seconds` have passed or it makes no sense."""

    def forget(self, conversation: str) -> None:
        """Forget the conversation; never raises."""

    def ready(self) -> bool:
        """True when it can be asked."""


@dataclass
class RasaClient:
    """The assistant behind `url`, asked through a small pool so that a hung connection costs one thread, not a turn.

    When it has failed several times in a row nobody waits for it any more; one turn a second tries whether it is back."""

    url: str
    secret: str
    metrics: Metrics = field(default_factory=Metrics.make)
    breaker: Breaker = field(default_factory=Breaker)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(ASKING, thread_name_prefix="rasa"))
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=ASKING, retries=False))
    unforgotten: set[str] = field(default_factory=set)

    def send(self, conversation: str, channel: str, text: str, metadata: dict[str, str], seconds: float) -> Understood:
        """See Assistant."""
        if seconds <= 0 or not self.breaker.allows():
            self.metrics.rasa.labels("not asked").inc()
            raise RasaUnavailable("no time was left, or Rasa has just failed")
        body = {"sender": conversation, "text": text, "metadata": metadata}
        waiting: Future[Any] = self.pool.submit(self._post, f"/webhooks/{channel}/message", body, seconds)
        try:
            understood = read_understood(waiting.result(timeout=seconds))
        except (Late, urllib3.exceptions.TimeoutError) as error:
            waiting.cancel()
            self._failed("late", counts=seconds >= FAIR_SECONDS)
            raise RasaUnavailable("Rasa did not answer in time") from error
        except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            self._failed("failed", counts=True)
            raise RasaUnavailable(f"Rasa could not be used: {type(error).__name__}") from error
        self.breaker.worked()
        self.metrics.rasa.labels("answered").inc()
        while self.unforgotten:
            self.forget(self.unforgotten.pop())
        return understood

    def forget(self, conversation: str) -> None:
        """See Assistant; it is sent in the background, again once Rasa is back, and the store's own time limit is the backstop."""
        self.pool.submit(self._forget, conversation)

    def ready(self) -> bool:
        """True when Rasa answers its health page."""
        try:
            return bool(self.http.request("GET", f"{self.url}/webhooks/web/", redirect=False, timeout=FORGET_SECONDS).status < BAD)
        except urllib3.exceptions.HTTPError:
            return False

    def _failed(self, outcome: str, *, counts: bool) -> None:
        self.metrics.rasa.labels(outcome).inc()
        if counts:
            self.breaker.failed()

    def _forget(self, conversation: str) -> None:
        try:
            self._post("/webhooks/web/forget", {"sender": conversation}, FORGET_SECONDS)
        except (urllib3.exceptions.HTTPError, ValueError):
            if len(self.unforgotten) < MOST_UNFORGOTTEN:
                self.unforgotten.add(conversation)

    def _post(self, path: str, body: dict[str, Any], seconds: float) -> Any:
        headers = {"X-Linden-Secret": self.secret, "Content-Type": "application/json"}
        answer = self.http.request("POST", self.url + path, body=json.dumps(body), headers=headers, redirect=False, timeout=seconds)
        if answer.status >= BAD:
            raise ValueError(f"Rasa answered {answer.status}")
        return json.loads(answer.data)


def read_understood(body: Any) -> Understood:
    """Read the JSON of `bot/channels.py`; raises KeyError, TypeError or ValueError when it is not in that form."""
    replies = tuple(
        Reply(
            id=str(item["id"]),
            text=str(item["text"]).strip(),
            buttons=tuple(Button(str(b["title"]), str(b["payload"])) for b in item.get("buttons") or ()),
            kind=str(item.get("kind") or "text"),
            contact=item.get("contact"),
        )
        for item in body["replies"]
    )
    return Understood(replies, tuple((str(name), float(confidence)) for name, confidence in body["ranking"]))
