"""Sealing what already waits to a colleague who was approved a moment ago, in the approver's browser.

It is the one case in which sealed bytes are given out outside a safe window: to the approver alone, for ten minutes after
the approval, and each is a row of the audit. Her browser shows none of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from webhook.handoff.casework import Caller
from webhook.handoff.desk import Desk, naive
from webhook.handoff.recovery import rewrap
from webhook.helpline import NotAllowed, Unreadable
from webhook.store import requests, staff
from webhook.store.engine import transaction
from webhook.store.staff_models import Challenge

ALLOWED_FOR = timedelta(minutes=10)
PURPOSE = "desk/rewrap"


def allow(desk: Desk, session: Session, approver: Caller, kid: str) -> None:
    """Let the approver seal what waits to the key she has just approved."""
    session.add(Challenge(tag=_leave(desk, approver, kid), purpose=PURPOSE, expires=naive(desk.now() + ALLOWED_FOR)))


def to_rewrap(desk: Desk, approver: Caller, kid: str) -> list[dict[str, Any]]:
    """Return what waits and is sealed to the approver but not to the new key, each with whom to seal it to now.

    Raises NotAllowed unless she approved that key within ten minutes."""
    found = []
    everyone = [each.as_json() for each in desk.everyone(approver.service)]
    with transaction(desk.queue) as session:
        _check_leave(desk, session, approver, kid)
        for request in requests.list_waiting(session, approver.service):
            inner = desk.inner_of(request)
            if approver.kid not in inner["recipients"] or kid in inner["recipients"]:
                continue
            found.append({"id": request.id, "inner": inner, "recipients": everyone})
            desk.note_down(session, approver.service, approver.name, request.id, "give to re-wrap")
    return found


def replace(desk: Desk, approver: Caller, kid: str, request_id: str, inner: Any) -> None:
    """Keep a request as it was sealed again; raises NotAllowed, Unreadable, or Misdirected unless it is sealed to the keys of today."""
    with Session(desk.queue, future=True) as session:
        _check_leave(desk, session, approver, kid)
        request = requests.find_request(session, request_id)
    if not isinstance(inner, dict) or request is None or request.service != approver.service:
        raise Unreadable
    rewrap(desk, request_id, inner, approver.name)


def _check_leave(desk: Desk, session: Session, approver: Caller, kid: str) -> None:
    if not staff.challenge_stands(session, _leave(desk, approver, kid), PURPOSE, naive(desk.now())):
        raise NotAllowed


def _leave(desk: Desk, approver: Caller, kid: str) -> str:
    return desk.keys.tag(PURPOSE, "\0".join((approver.service, approver.name, kid)))
