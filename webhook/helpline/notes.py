"""Hand-over notes: sealed in the writer's browser to everybody who may ring next, locked with the day's key of the request."""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Any

from sqlalchemy.orm import Session

from webhook.handoff import NotYours
from webhook.handoff.casework import Caller
from webhook.handoff.desk import Desk, hour
from webhook.handoff.envelope import PADDED_TO, SUITE_NAME, VERSION, Recipient, check, dummies, lock, unlock
from webhook.helpline import Unreadable
from webhook.store import requests
from webhook.store.engine import transaction
from webhook.store.models import CallbackRequest
from webhook.store.staff_models import HandoverNote

PURPOSE = "desk/note"


def addressed(desk: Desk, caller: Caller, request_id: str) -> dict[str, Any]:
    """Return the id of a new note, its recipients padded as an envelope's are, and a token that binds the two."""
    with Session(desk.queue, future=True) as session:
        request = _held(session, caller, request_id)
        service = str(request.service)
    everyone = recipients_of(desk, service)
    note_id = secrets.token_hex(16)
    return {
        "v": VERSION,
        "suite": SUITE_NAME,
        "id": note_id,
        "service": service,
        "recipients": [public(each) for each in everyone],
        "token": f"{note_id}.{_bound(desk, request_id, note_id, [each.kid for each in everyone])}",
    }


def keep(desk: Desk, caller: Caller, request_id: str, token: str, inner: Any) -> None:
    """Keep a sealed note; raises Unreadable unless it is sealed exactly as it was addressed, or an EnvelopeError."""
    note_id, _, bound = token.partition(".")
    if not isinstance(inner, dict):
        raise Unreadable
    with transaction(desk.queue) as session:
        request = _held(session, caller, request_id)
        check(inner, note_id, request.service)
        if not hmac.compare_digest(bound.encode(), _bound(desk, request_id, note_id, inner["recipients"]).encode()):
            raise Unreadable
        session.add(
            HandoverNote(
                id=note_id,
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


def _bound(desk: Desk, request_id: str, note_id: str, kids: list[str]) -> str:
    return desk.keys.tag(PURPOSE, "\0".join((request_id, note_id, *kids)))


def recipients_of(desk: Desk, service: str) -> list[Recipient]:
    """Return whom something is to be sealed to, padded with thrown-away keys and sorted, as an envelope has them."""
    recipients = desk.recipients(service)
    return sorted([*recipients, *dummies(-len(recipients) % PADDED_TO)], key=lambda each: each.kid)


def public(recipient: Recipient) -> dict[str, str]:
    """A recipient as a browser is told of it."""
    return {"kid": recipient.kid, "public_key": base64.urlsafe_b64encode(recipient.public_key).decode()}
