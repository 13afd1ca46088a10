"""Sealing what already waits to the keys of today, in the browser of whoever approved one of them.

It is the one case in which sealed bytes are given out outside a safe window: to the approver alone, for ten minutes after
the approval, and each is a row of the audit. Her browser shows none of it.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from webhook.handoff import EnvelopeError, EpochKeyGone
from webhook.handoff.casework import Caller
from webhook.handoff.desk import Desk, naive
from webhook.handoff.recovery import rewrap
from webhook.helpline import NotAllowed, Unreadable
from webhook.store import requests, staff
from webhook.store.engine import transaction
from webhook.store.models import WorkerKey
from webhook.store.staff_models import Challenge

ALLOWED_FOR = timedelta(minutes=10)
PURPOSE = "desk/rewrap"


def waiting_key(key: WorkerKey) -> dict[str, str]:
    """A key that waits as an approver's browser gets it: without its fingerprint, which she must be told."""
    return {"name": key.name, "public_key": base64.b64encode(key.public_key).decode()}


def allow(desk: Desk, session: Session, approver: Caller, kid: str) -> None:
    """Let the approver seal what waits to the key she has just approved."""
    session.add(Challenge(tag=_leave(desk, approver, kid), purpose=PURPOSE, expires=naive(desk.now() + ALLOWED_FOR)))


def to_rewrap(desk: Desk, approver: Caller, kid: str) -> dict[str, Any]:
    """Return what waits and is to be sealed again; raises NotAllowed unless she approved that key within ten minutes."""
    with transaction(desk.queue) as session:
        _check_leave(desk, session, approver, kid)
        return stale(desk, session, approver.service, approver.name, approver.kids)


def stale(desk: Desk, session: Session, service: str, who: str, kids: Collection[str]) -> dict[str, Any]:
    """Return what waits, is not sealed to the keys of today and can be opened with one of `kids`, and whom to seal it to.

    `failed` names what nobody can open any more. Each that is given out is a row of the audit."""
    everyone = desk.everyone_in(session, service)
    today, found, failed = [each.kid for each in everyone], [], []
    for request in requests.list_waiting(session, service):
        try:
            inner = desk.inner_of(request)
        except (EnvelopeError, EpochKeyGone):
            failed.append(request.id)
            continue
        if inner["recipients"] != today and any(kid in inner["recipients"] for kid in kids):
            found.append({"id": request.id, "inner": inner})
            desk.note_down(session, service, who, request.id, "give to re-wrap")
    return {"requests": found, "failed": failed, "recipients": [each.as_json() for each in everyone]}


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
