"""The recovery holder at a browser: approves the first worker's key, and seals what waits anew when keys were lost.

Nobody signs in here. Whoever holds a service's recovery key proves it by opening words that were sealed to that key
alone; the key itself never leaves the browser. What is given out then is sealed, and each piece is a row of the audit.
"""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta

from flask import Response, jsonify, render_template, request
from sqlalchemy.orm import Session

from webhook.handoff.desk import naive
from webhook.handoff.envelope import Recipient, seal
from webhook.handoff.issue import padded
from webhook.handoff.recovery import rewrap
from webhook.helpline import KeyRefused, NotAllowed, Unreadable, rewraps
from webhook.helpline.guard import desk_blueprint
from webhook.helpline.posted import body, text
from webhook.limits import network
from webhook.parts import parts
from webhook.store import requests, staff, workers
from webhook.store.engine import transaction
from webhook.store.models import WorkerKey
from webhook.store.staff_models import Challenge

TO_PROVE = timedelta(minutes=5)
PROVED_FOR = timedelta(minutes=30)  # long enough to seal a long queue anew; short enough to be walked away from
PROVING, PROVED = "recovery/prove", "recovery/proved"
HOLDER = "recovery"

bp = desk_blueprint("helpline_holder")


@bp.get("/recovery")
def page() -> str:
    """Show the recovery holder's page."""
    return render_template("helpline/recovery.html")


@bp.post("/recovery/begin")
def begin() -> Response:
    """Give words sealed to a recovery key, which only its holder can open."""
    linden, words = parts(), secrets.token_hex(16)
    if not linden.limits.allow("sign_in", network(request.remote_addr)):
        raise KeyRefused
    with transaction(linden.queue) as session:
        key = _recovery_key(session, text("kid"))
        session.add(Challenge(tag=_tag(PROVING, key, words), purpose=PROVING, expires=naive(linden.now() + TO_PROVE)))
        alone = padded([Recipient(key.kid, key.public_key)], key.service, linden.keys)
        sealed = seal({"words": words}, key.kid, key.service, alone)
        return jsonify({"id": key.kid, "service": key.service, "public_key": base64.b64encode(key.public_key).decode(), "inner": sealed})


@bp.post("/recovery/prove")
def prove() -> Response:
    """Take the opened words for a pass of half an hour, and list the keys that wait, without their fingerprints."""
    linden, token = parts(), secrets.token_urlsafe(24)
    with transaction(linden.queue) as session:
        key = _recovery_key(session, text("kid"))
        if not staff.take_challenge(session, _tag(PROVING, key, text("words")), PROVING, naive(linden.now())):
            raise KeyRefused
        session.add(Challenge(tag=_tag(PROVED, key, token), purpose=PROVED, expires=naive(linden.now() + PROVED_FOR)))
        linden.desk.note_down(session, key.service, HOLDER, key.kid, "prove recovery key")
        waiting = [rewraps.waiting_key(each) for each in staff.keys_waiting(session, key.service)]
    return jsonify({"pass": token, "waiting": waiting})


@bp.post("/recovery/approve")
def approve() -> Response:
    """Approve a key whose fingerprint its owner read out to the recovery holder, whose browser compared it."""
    linden = parts()
    with transaction(linden.queue) as session:
        holder = _proved(session)
        key = next((each for each in staff.keys_waiting(session, holder.service) if each.kid == text("approve")), None)
        if key is None:
            raise KeyRefused
        workers.approve_key(session, key, naive(linden.now()))
        linden.desk.note_down(session, holder.service, HOLDER, key.kid, "approve key")
    return jsonify({"done": True})


@bp.post("/recovery/requests")
def to_reseal() -> Response:
    """Give what waits and is not sealed to the keys of today, and name what cannot be opened any more."""
    linden = parts()
    with transaction(linden.queue) as session:
        holder = _proved(session)
        return jsonify(rewraps.stale(linden.desk, session, holder.service, HOLDER, {holder.kid}))


@bp.post("/recovery/replace")
def replace() -> Response:
    """Keep one request as it was sealed again."""
    linden, inner = parts(), body().get("inner")
    with Session(linden.queue, future=True) as session:
        holder = _proved(session)
        found = requests.find_request(session, text("id"))
    if not isinstance(inner, dict) or found is None or found.service != holder.service:
        raise Unreadable
    rewrap(linden.desk, found.id, inner, HOLDER)
    return jsonify({"done": True})


def _recovery_key(session: Session, kid: str) -> WorkerKey:
    """Return a recovery key in use; raises KeyRefused."""
    key = workers.find_key(session, kid)
    if key is None or not key.recovery or key.left is not None:
        raise KeyRefused
    return key


def _proved(session: Session) -> WorkerKey:
    """Return the recovery key whose holder was given the pass that was posted; raises NotAllowed."""
    key = _recovery_key(session, text("kid"))
    if not staff.challenge_stands(session, _tag(PROVED, key, text("pass")), PROVED, naive(parts().now())):
        raise NotAllowed
    return key


def _tag(purpose: str, key: WorkerKey, said: str) -> str:
    return parts().keys.tag(purpose, "\0".join((key.kid, said)))
