"""Forgets by the clock: a small thread that drops idle conversations every half minute, and runs retention and canaries."""

from __future__ import annotations

import logging
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from webhook.background import every
from webhook.handoff import NobodyToSealTo
from webhook.handoff.canary import todays_canary
from webhook.handoff.retention import run_retention
from webhook.parts import Parts

SWEEP_SECONDS = 30

logger = logging.getLogger(__name__)


def start_sweeper(linden: Parts) -> None:
    """Start sweeping in the background; the thread ends with the process."""
    failed = partial(logger.error, "sweeping failed and will be tried again: %s")
    every(SWEEP_SECONDS, "sweeper", lambda: sweep(linden), (SQLAlchemyError, OSError), failed)


def sweep(linden: Parts) -> None:
    """Drop what has been kept as long as it may be, and see to it that every service has today's canary."""
    for conversation_id in linden.conversations.sweep():
        linden.rasa.forget(conversation_id)
    if not run_retention(linden.queue, linden.desk.keyring, linden.now()).clean:
        logger.error("deleted text may still stand in the queue's log: somebody reads it all the time; trying again")
    for service in linden.services:
        try:
            todays_canary(linden.desk, service.id)
        except NobodyToSealTo:
            continue
