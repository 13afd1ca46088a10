"""Talks to Rasa on the loopback, within a deadline; a late result is dropped and the caller answers alone."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests

from webhook.errors import RasaUnavailable
from webhook.replies import Button, Reply

FORGET_SECONDS = 0.4


@dataclass(frozen=True)
class Understood:
    """What Rasa made of a turn: its replies, and the intents it considered with their confidence, best first."""

    replies: tuple[Reply, ...]
    ranking: tuple[tuple[str, float], ...]

    @property
    def topic(self) -> str:
        """The intent that was heard."""
        return self.ranking[0][0] if self.ranking else "nlu_fallback"


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
    """The assistant behind `url`, asked through a small pool so that a hung connection costs one thread, not a turn."""

    url: str
    secret: str
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(16, thread_name_prefix="rasa"))
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        """Use no proxy and no credentials from the environment: Rasa is on this machine."""
        self.session.trust_env = False

    def send(self, conversation: str, channel: str, text: str, metadata: dict[str, str], seconds: float) -> Understood:
        """See Assistant."""
        if seconds <= 0:
            raise RasaUnavailable("no time was left to ask Rasa")
        body = {"sender": conversation, "text": text, "metadata": metadata}
        waiting: Future[Any] = self.pool.submit(self._post, f"/webhooks/{channel}/message", body, seconds)
        try:
            return read_understood(waiting.result(timeout=seconds))
        except Late as error:
            waiting.cancel()
            raise RasaUnavailable("Rasa did not answer in time") from error
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise RasaUnavailable(f"Rasa could not be used: {type(error).__name__}") from error

    def forget(self, conversation: str) -> None:
        """See Assistant; it is sent in the background, and the store's own time limit is the backstop."""
        self.pool.submit(self._post, "/webhooks/web/forget", {"sender": conversation}, FORGET_SECONDS)

    def ready(self) -> bool:
        """True when Rasa answers its health page."""
        try:
            return self.session.get(f"{self.url}/webhooks/web/", timeout=FORGET_SECONDS).ok
        except requests.RequestException:
            return False

    def _post(self, path: str, body: dict[str, Any], seconds: float) -> Any:
        answer = self.session.post(self.url + path, json=body, timeout=seconds, headers={"X-Linden-Secret": self.secret})
        answer.raise_for_status()
        return answer.json()


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
