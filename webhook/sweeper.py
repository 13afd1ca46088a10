"""Forgets by the clock: a small thread that drops idle conversations, and expired drafts and replies, every half minute."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError

from webhook.handoff.desk import naive
from webhook.parts import Parts
from webhook.sms.claims import REPLY_KEPT
from webhook.store.engine import transaction
from webhook.store.models import Draft, TextMessage

SWEEP_SECONDS = 30
SID_KEPT = timedelta(days=396)  # sms.md: the bare hash of a MessageSid stays 13 months

logger = logging.getLogger(__name__)


def start_sweeper(linden: Parts) -> None:
    """Start sweeping in the background; the thread ends with the process."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(SWEEP_SECONDS):
            try:
                sweep(linden)
            except SQLAlchemyError as error:
                logger.error("sweeping failed and will be tried again: %s", type(error).__name__)

    threading.Thread(target=run, name="sweeper", daemon=True).start()


def sweep(linden: Parts) -> None:
    """Drop what has been kept as long as it may be."""
    for conversation_id in linden.conversations.sweep():
        linden.rasa.forget(conversation_id)
    now = naive(linden.now())
    with transaction(linden.queue) as session:
        session.execute(delete(Draft).where(Draft.expires < now))
        session.execute(update(TextMessage).where(TextMessage.received < now - REPLY_KEPT).values(reply=None))
        session.execute(delete(TextMessage).where(TextMessage.received < now - SID_KEPT))
