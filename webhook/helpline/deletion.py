"""What the desk shows of deletion: when it last ran, what it last took, and what goes next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from webhook.handoff.desk import naive
from webhook.helpline.queue import moment
from webhook.parts import Parts
from webhook.store import requests, retention

LATE = timedelta(minutes=5)  # it runs every half minute


def deletion_of(linden: Parts, service: str) -> dict[str, Any]:
    """Return the last run over the whole queue, the last that took something, and what of this service goes next."""
    now = naive(linden.now())
    with Session(linden.queue, future=True) as session:
        last, took = retention.find_run(session, retention.LAST), retention.find_run(session, retention.TOOK)
        ended = [each.ended for each in requests.list_ended(session, service, now - retention.KEPT_AFTER_END)]
    return {
        "ran": moment(last.at) if last else None,
        "late": last is None or now - last.at > LATE,
        "clean": bool(last and last.clean),
        "took": {"when": moment(took.at), "deleted": took.deleted, "keys": took.keys_destroyed} if took else None,
        "count": len(ended),
        "next": moment(min(ended) + retention.KEPT_AFTER_END) if ended else None,
    }
