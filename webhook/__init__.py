"""The front door: web chat, text messages, the callback form, and the sealed handoff with its queue.

FrontDoorError
├── ConfigInvalid      a setting is missing or contradicts another; the app does not start
├── WordsMissing       a reply named in code is not in data/responses, or a placeholder was not filled
├── FeedUnreadable     a feed to be imported cannot be fetched or read
├── RasaUnavailable    Rasa did not answer within the deadline, or not in the agreed form
└── SharedMemoryUnreachable  Redis is down or slow; the caller goes on with this process's own memory
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """Return the front door with the settings of the environment; what `flask --app webhook` and gunicorn call."""
    import os

    from webhook import logs
    from webhook.app import create_app as build_app

    logs.configure(os.environ.get("LOG_LEVEL", "WARNING"))
    return build_app()
