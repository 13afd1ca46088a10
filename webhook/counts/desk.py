"""Puts the counts on the front door: the page, the command, and the thread that writes what was counted."""

from __future__ import annotations

import atexit
import logging
from functools import partial

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from webhook.background import every
from webhook.counts import views
from webhook.counts.board import NAME, Board
from webhook.counts.commands import counts
from webhook.parts import Parts

WRITE_SECONDS = 60

logger = logging.getLogger(__name__)


def register(app: Flask, linden: Parts) -> None:
    """Add the counts to `app`; call it before the first request."""
    app.extensions[NAME] = Board.of(linden)
    app.register_blueprint(views.bp)
    app.cli.add_command(counts)


def start_writing(linden: Parts) -> None:
    """Write what was counted once a minute and when the process ends; what cannot be written is tried again, and is lost with the process."""
    failed = partial(logger.error, "what was counted could not be written and is kept: %s")
    every(WRITE_SECONDS, "counts", lambda: linden.front_door.tally.write(linden.queue), (SQLAlchemyError,), failed)
    atexit.register(_write_last, linden)


def _write_last(linden: Parts) -> None:
    try:
        linden.front_door.tally.write(linden.queue)
    except SQLAlchemyError as error:
        logger.error("what was counted last is lost: %s", type(error).__name__)
