"""One effect for each text, however often it comes: a claim before anything is done, and the reply kept sealed for a day."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from enum import Enum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webhook.handoff.desk import naive
from webhook.parts import Parts
from webhook.sms.text import Text, alone
from webhook.store.engine import transaction
from webhook.store.models import TextMessage
from webhook.store.retention import REPLY_KEPT

STALE = timedelta(seconds=5)  # a claim this old without a reply was lost with its process
WAIT_SECONDS, POLL_SECONDS = 1.5, 0.05
CLAIMING = threading.Lock()  # one claim at a time in a process


class Claim(Enum):
    """What a claim found: a new text; one being answered; one whose process was lost; one already answered."""

    NEW = "new"
    UNDER_WAY = "under way"
    LOST = "lost"
    ANSWERED = "answered"


def claim_message(linden: Parts, sid: str) -> Claim:
    """Claim a text by the keyed hash of its MessageSid, committed before anything is done with it.

    It is looked for before it is written: copies that arrive together must not queue for the database's one writer."""
    tag = linden.keys.tag("sms/sid", sid)
    with CLAIMING:
        known = _known(linden, tag)
        if known is not None:
            return known
        try:
            with transaction(linden.queue) as session:
                session.add(TextMessage(sid_tag=tag, received=naive(linden.now())))
            return Claim.NEW
        except IntegrityError:  # another process was first
            return _known(linden, tag) or Claim.ANSWERED


def _known(linden: Parts, tag: str) -> Claim | None:
    """Return what became of a text that was claimed before; None for a new one."""
    with Session(linden.queue, future=True) as session:
        message = session.get(TextMessage, tag)
    if message is None:
        return None
    age = naive(linden.now()) - message.received
    if message.reply is not None or age >= REPLY_KEPT:
        return Claim.ANSWERED
    return Claim.LOST if age > STALE else Claim.UNDER_WAY


def keep_reply(linden: Parts, session: Session, sid: str, reply: str) -> None:
    """Keep the reply to a text, sealed under a key derived from its MessageSid, within the caller's transaction."""
    message = session.get(TextMessage, linden.keys.tag("sms/sid", sid))
    if message is not None:
        nonce = secrets.token_bytes(12)
        message.reply = nonce + AESGCM(linden.keys.derive(f"sms/reply/{sid}")).encrypt(nonce, reply.encode(), None)


def wait_for_reply(linden: Parts, text: Text, claim: Claim, sleep: Callable[[float], None] = time.sleep) -> str:
    """Return the reply to a text that came before: at once, after a short wait, or in the front door's own words.

    A replay whose reply is gone gets nothing (sms.md)."""
    waited = 0.0
    while claim is not Claim.LOST and waited <= WAIT_SECONDS:
        with Session(linden.queue, future=True) as session:
            known = session.get(TextMessage, linden.keys.tag("sms/sid", text.sid))
        if known is not None and known.reply is not None:
            return _unseal(linden, text.sid, known.reply)
        if claim is Claim.ANSWERED:
            return ""
        sleep(POLL_SECONDS)
        waited += POLL_SECONDS
    return alone(linden.front_door, linden.front_door.detector(text.body).level)


def _unseal(linden: Parts, sid: str, sealed: bytes) -> str:
    try:
        return AESGCM(linden.keys.derive(f"sms/reply/{sid}")).decrypt(sealed[:12], sealed[12:], None).decode()
    except InvalidTag:
        return ""
