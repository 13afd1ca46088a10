"""Half-finished callback questions: sealed under a key derived from a server secret and the sender's number, two hours at most."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from webhook.handoff.desk import naive
from webhook.parts import Parts
from webhook.store.models import Draft

KEPT = timedelta(hours=2)


@dataclass(frozen=True)
class State:
    """Where the questions are: the one just asked, the service, which windows were offered, what was answered and chosen.

    `typed` is a text about times with a mark where the answer to the question goes, `minutes` the time of day it is about,
    and `relative` says that the person asks because of somebody else."""

    asked: str
    service: str
    offered: list[str]
    answers: dict[str, str] = field(default_factory=dict)
    windows: list[str] = field(default_factory=list)
    typed: str = ""
    minutes: int = 0
    relative: bool = False


@dataclass(frozen=True)
class Drafts:
    """The draft of one conversation, within the caller's transaction."""

    linden: Parts
    session: Session
    conversation: str
    number: str

    def save(self, state: State) -> None:
        """Keep a state in place of the one before."""
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(self._key()).encrypt(nonce, json.dumps(vars(state)).encode(), None)
        self.session.merge(Draft(conversation=self.conversation, expires=naive(self.linden.now() + KEPT), sealed=sealed))

    def load(self) -> tuple[State, timedelta] | None:
        """Return the state and how long ago it was saved; None when there is none, or it has expired."""
        draft = self.session.get(Draft, self.conversation)
        if draft is None or draft.expires < naive(self.linden.now()):
            return None
        try:
            body = json.loads(AESGCM(self._key()).decrypt(draft.sealed[:12], draft.sealed[12:], None))
            return State(**body), naive(self.linden.now() + KEPT) - draft.expires
        except (InvalidTag, TypeError):  # another number's, or one kept by a version before
            return None

    def drop(self) -> None:
        """Forget what was answered so far."""
        draft = self.session.get(Draft, self.conversation)
        if draft is not None:
            self.session.delete(draft)
            self.session.flush()

    def _key(self) -> bytes:
        return self.linden.keys.derive(f"sms/draft/{self.number}")
