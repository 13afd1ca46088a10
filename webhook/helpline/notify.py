"""Announces that there is work, never what: by e-mail over SMTP and to a webhook. (The desktop's notice is the page's own.)

Where to is in `notify.yml` beside the databases, because the addresses are people's; its form is in docs/helpline.md.
"""

from __future__ import annotations

import logging
import os
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests
import yaml

from webhook.errors import ConfigInvalid
from webhook.helpline.words import DeskWords

FILE = "notify.yml"
SECONDS = 10.0  # for a mail server or a webhook to answer
KINDS = ("new", "closing", "unsettled", "lead")  # each has a subject and a text in data/helpline/desk.yml
FOR_LEADS = ("closing", "unsettled", "lead")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """The mail server: host, port, whether to start TLS, who it is from, and a user whose password is in LINDEN_SMTP_PASSWORD."""

    host: str
    port: int
    sender: str
    tls: bool
    user: str | None
    password: str | None


@dataclass(frozen=True)
class Announcer:
    """Who is told, by service: `mail` and `webhook` for every worker, `lead_mail` and `lead_webhook` for the leads."""

    words: DeskWords
    origin: str
    post: Post | None = None
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, var: Path, words: DeskWords, origin: str) -> Announcer:
        """Read `notify.yml` under `var`; without it nobody is told. Raises ConfigInvalid."""
        path = var / FILE
        if not path.exists():
            return cls(words, origin)
        try:
            body = yaml.safe_load(path.read_text("utf-8")) or {}
            return cls(words, origin, _post(body.get("smtp")), body.get("services") or {})
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise ConfigInvalid(f"{FILE} cannot be read: {type(error).__name__}") from error

    def tell(self, kind: str, service: str) -> None:
        """Announce one of KINDS to a service; a failure is logged without an address and stops nothing."""
        who = self.services.get(service, {})
        prefix = "lead_" if kind in FOR_LEADS else ""
        subject = self.words.say(f"notice_{kind}_subject")
        text = self.words.say(f"notice_{kind}_text", address=f"{self.origin}/helpline/")
        try:
            for address in who.get(f"{prefix}mail", ()):
                self._mail(address, subject, text)
            if hook := who.get(f"{prefix}webhook"):
                requests.post(hook, json={"text": text}, timeout=SECONDS).raise_for_status()
        except (OSError, smtplib.SMTPException) as error:
            logger.error("an announcement (%s) for %s was not delivered: %s", kind, service, type(error).__name__)

    def _mail(self, address: str, subject: str, text: str) -> None:
        if self.post is None:
            return
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.post.sender, address, subject
        message.set_content(text)
        with smtplib.SMTP(self.post.host, self.post.port, timeout=SECONDS) as server:
            if self.post.tls:
                server.starttls()
            if self.post.user:
                server.login(self.post.user, self.post.password or "")
            server.send_message(message)


def _post(body: dict[str, Any] | None) -> Post | None:
    if body is None:
        return None
    password = os.environ.get("LINDEN_SMTP_PASSWORD")
    return Post(str(body["host"]), int(body["port"]), str(body["from"]), bool(body.get("tls", True)), body.get("user"), password)
