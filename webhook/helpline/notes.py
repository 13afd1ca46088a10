"""Hand-over notes: sealed in the writer's browser to everybody who may ring next, locked with the day's key of the request."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from webhook.handoff import NotYours
from webhook.handoff.casework import Caller
from webhook.handoff.desk import Desk, hour
from webhook.handoff.envelope import lock, unlock
from webhook.handoff.issue import check_issued
from webhook.helpline import Unreadable
from webhook.store import requests
from webhook.store.engine import transaction
from webhook.store.models import CallbackRequest
from webhook.store.staff_models import HandoverNote


def addressed(desk: Desk, caller: Caller, request_id: str) -> dict[str, Any]:
    """Return the id of a new note, whom it is to be sealed to, and the token that binds the two."""
    with Session(desk.queue, future=True) as session:
        service = _held(session, caller, request_id).service
    return desk.issue(service).as_json(desk.keys)


def keep(desk: Desk, caller: Caller, request_id: str, token: str, inner: Any) -> None:
    """Keep a sealed note; raises Unreadable or an EnvelopeError unless it is sealed exactly as it was addressed."""
    if not isinstance(inner, dict):
        raise Unreadable
    with transaction(desk.queue) as session:
        request = _held(session, caller, request_id)
        check_issued(inner, token, desk.everyone_in(session, request.service), desk.keys, desk.now())
        if inner["service"] != request.service:
            raise Unreadable
        session.add(
            HandoverNote(
                id=inner["id"],
                request=request_id,
                service=request.service,
                author=caller.name,
                hour=hour(desk.now()),
                record=lock(inner, request.epoch, desk.keyring.get(request.epoch)),
            )
        )


def sealed_notes(desk: Desk, request: CallbackRequest) -> list[dict[str, Any]]:
    """Return the notes of a request, each still sealed to its recipients."""
    key = desk.keyring.get(request.epoch)
    with Session(desk.queue, future=True) as session:
        held = requests.list_notes(session, request.id)
        return [
            {"id": note.id, "author": note.author, "hour": f"{note.hour:%Y-%m-%dT%H:00Z}"}
            | {"inner": unlock(note.record, note.id, note.service, request.epoch, key)}
            for note in held
        ]


def _held(session: Session, caller: Caller, request_id: str) -> CallbackRequest:
    """Return a request she has opened; raises NotYours."""
    request = requests.find_request(session, request_id)
    if request is None or request.service != caller.service or request.state != "opened" or request.claimer != caller.name:
        raise NotYours("it is not open before you")
    return request
