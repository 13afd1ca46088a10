"""Watches the queue, so that nobody has to remember: announces new work, and tells the lead before a window is missed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webhook.background import every
from webhook.handoff.casework import lost, with_lead
from webhook.handoff.desk import hour, naive, windows_of
from webhook.handoff.rotation import OLD_KEPT
from webhook.handoff.windows import Window
from webhook.helpline.notify import Announcer
from webhook.parts import Parts
from webhook.store import alerts, requests, staff
from webhook.store.alerts import Kind
from webhook.store.engine import transaction
from webhook.store.models import CallbackRequest

EVERY_SECONDS = 20
CLOSING = timedelta(minutes=30)  # before a window closes: the lead is told when nobody has claimed it (handoff.md)
UNSETTLED = timedelta(hours=2)  # opened in a window that ended this long ago, and nothing recorded

logger = logging.getLogger(__name__)


def start_watch(linden: Parts, announcer: Announcer) -> None:
    """Start watching in the background; the thread ends with the process."""
    failed = partial(logger.error, "watching the queue failed and will be tried again: %s")
    every(EVERY_SECONDS, "watch", lambda: watch(linden, announcer), (SQLAlchemyError,), failed)


def watch(linden: Parts, announcer: Announcer) -> None:
    """Announce what is to be announced, each thing once; and drop sessions, challenges, links and slips that are over."""
    now = linden.now()
    with transaction(linden.queue) as session:
        told = {notice for request in requests.list_waiting(session) for notice in _notices(session, request, now)}
        told |= set(_alerts(session, now))
        staff.sweep(session, naive(now), OLD_KEPT)
        requests.drop_slips(session, naive(now))
    for kind, service in sorted(told):
        announcer.tell(kind, service)


def _notices(session: Session, request: CallbackRequest, now: datetime) -> list[tuple[str, str]]:
    """What is new about a request, as kind and service."""
    due = [(kind, window) for kind, window in _due(request, now) if requests.tell_once(session, kind, request.id, window, urgent=request.danger)]
    return [(kind, request.service) for kind, _ in due]


def _alerts(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    """Alerts nobody announced yet: what became of requests, those that have ended among them, as kind and service."""
    for alert in alerts.list_untold(session):
        alert.told = hour(now)
        notice = "unsettled" if alert.kind == Kind.UNSETTLED.value else "lead"
        if not requests.was_told(session, notice, alert.request):
            yield notice, alert.service


def _due(request: CallbackRequest, now: datetime) -> list[tuple[str, str]]:
    """What there is to say about a request now: its kind, and the window it is about, if any."""
    if request.state == "opened":
        over = all(window.end + UNSETTLED <= now for window in windows_of(request) if window.start <= now)
        return [("unsettled", "")] if over else []
    if with_lead(request) or lost(request, now):
        return [("lead", "")]
    closing = _closing(request, now)
    return [("new", ""), *([("closing", closing.key)] if closing else [])]


def _closing(request: CallbackRequest, now: datetime) -> Window | None:
    """Return the window that closes within half an hour while nobody has claimed the request."""
    held = request.state == "claimed" and request.lease_ends >= naive(now)
    return None if held else next((window for window in windows_of(request) if window.start <= now < window.end <= now + CLOSING), None)
