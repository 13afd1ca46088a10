"""Makes Twilio forget: deletes message resources once they are delivered or received. Off without account credentials.

Twilio keeps the words and both numbers of every text until they are deleted (docs/twilio.md). Nothing is remembered here:
Twilio's own list says what is left, so a message missed by one round, or by a crash, goes in the next.
Source: Twilio's Message resource (list, delete), https://www.twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin

import requests

from webhook import background

EVERY_SECONDS = 60
NEEDED = timedelta(minutes=5)  # a webhook, its retry and the fallback are long over by then
TIMEOUT_SECONDS = 10
PAGE_SIZE = 200
DONE = frozenset({"delivered", "undelivered", "failed", "received", "read", "canceled"})  # what is under way cannot be deleted

logger = logging.getLogger(__name__)


@dataclass
class TwilioMessages:
    """The message resources of one account, reached with its credentials; `api` is Twilio's address, or a stand-in's."""

    account: str
    secret: str
    api: str = "https://api.twilio.com"
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        """Sign every request with the account's credentials and nothing from the environment."""
        self.session.trust_env = False
        self.session.auth = (self.account, self.secret)

    def forget_done(self, now: datetime) -> int:
        """Delete every message that reached its end and is old enough for no webhook to need it; return how many are gone.

        One that Twilio will not delete yet is left for the next round. Raises requests.RequestException."""
        done = [message["sid"] for message in self._list() if message["status"] in DONE and _created(message) < now - NEEDED]
        answers = [self.session.delete(f"{self._address}/{sid}.json", timeout=TIMEOUT_SECONDS) for sid in done]
        gone = [answer for answer in answers if answer.ok or answer.status_code == requests.codes.not_found]  # not there: deleted by another process
        if len(gone) < len(done):
            logger.warning("Twilio would not delete %d of %d messages yet", len(done) - len(gone), len(done))
        return len(gone)

    @property
    def _address(self) -> str:
        return f"{self.api}/2010-04-01/Accounts/{self.account}/Messages"

    def _list(self) -> Iterator[dict[str, Any]]:
        """Every message Twilio still has, page by page."""
        page: str | None = f"{self._address}.json?PageSize={PAGE_SIZE}"
        while page:
            answer = self.session.get(page, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            body = answer.json()
            yield from body["messages"]
            page = urljoin(self.api, body["next_page_uri"]) if body.get("next_page_uri") else None


def start_forgetting(messages: TwilioMessages | None, now: Callable[[], datetime], every: float = EVERY_SECONDS) -> threading.Event:
    """Forget in the background until the returned event is set; without credentials nothing is begun. The thread ends with the process."""
    if messages is None:
        return threading.Event()
    failed = partial(logger.error, "Twilio did not forget this time and will be asked again: %s")
    errors = (requests.RequestException, KeyError, ValueError)
    return background.every(every, "twilio-forget", lambda: messages.forget_done(now()), errors, failed)


def _created(message: dict[str, Any]) -> datetime:
    return parsedate_to_datetime(message["date_created"])
