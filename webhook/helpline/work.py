"""The desk itself: the queue, live; a request claimed, opened in her browser, rung, and settled."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from flask import Response, current_app, jsonify, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from webhook.handoff.canary import canary_id, prove, todays_canary
from webhook.handoff.desk import epoch_of, naive
from webhook.handoff.outcomes import Decision, Outcome
from webhook.handoff.rotation import is_due
from webhook.handoff.windows import LAST_START
from webhook.helpline import NotAllowed, NotSignedIn, notes
from webhook.helpline.guard import desk_blueprint
from webhook.helpline.live import events
from webhook.helpline.place import caller, place
from webhook.helpline.posted import body, one_of, text
from webhook.helpline.queue import current, queue_of
from webhook.helpline.roles import AUDITORS, CALLERS, LEADS
from webhook.helpline.session import COOKIE, colleague, find_colleague, signed_in
from webhook.parts import parts
from webhook.store import requests, staff
from webhook.store.alerts import Kind
from webhook.store.models import WorkerKey

bp = desk_blueprint("helpline")


@bp.get("/")
def page() -> str | AnyResponse:
    """Show the desk; whoever is not signed in, or no longer, the page that signs in."""
    try:
        person = find_colleague(parts(), request.cookies.get(COOKIE, ""), touch=True)
    except NotSignedIn:
        return render_template("helpline/sign_in.html")
    service = next((each for each in parts().services if each.id == person.service), None)
    return render_template(
        "helpline/desk.html",
        person=person,
        service=service.name if service else person.service,
        calls=person.role in CALLERS,
        audits=person.role in AUDITORS,
        leads=person.role in LEADS,
        alert_kinds=[kind.name.lower() for kind in Kind],
        outcomes=list(Outcome),
        decisions=list(Decision),
    )


@bp.get("/me")
@signed_in()
def me() -> Response:
    """Say who is signed in, the token every change must carry, and her keys as her own browser wrapped them."""
    person, now = colleague(), naive(parts().now())
    with Session(parts().queue, future=True) as session:
        keys = staff.keys_of(session, person.id)
        held = [_key(session, key) for key in keys]
        due = person.kid is not None and is_due(keys[0].approved, now)
    answer = {"name": person.name, "role": person.role, "service": person.service, "token": person.token}
    return jsonify(answer | {"keys": held, "due": due})


def _key(session: Session, key: WorkerKey) -> dict[str, Any]:
    """One of her keys: only her passphrase opens the private half."""
    wrapped, public_key = staff.wrapped_key(session, key.kid), base64.b64encode(key.public_key).decode()
    return {"approved": key.approved is not None, "public_key": public_key, "keyfile": json.loads(wrapped)}


@bp.get("/canary")
@signed_in(*CALLERS, touch=False)
def canary() -> Response:
    """Give today's canary, which her key must open."""
    desk = parts().desk
    return jsonify({"id": canary_id(epoch_of(desk.now())), "inner": todays_canary(desk, colleague().service)})


@bp.post("/canary")
@signed_in(*CALLERS)
def canary_opened() -> Response:
    """Note that her key opened today's canary: the words in it are the proof."""
    person = colleague()
    if person.kid is None:
        raise NotAllowed
    prove(parts().desk, person.service, person.kid, text("words"))
    return jsonify({"done": True})


@bp.get("/queue")
@signed_in(*CALLERS, touch=False)
def queue() -> Response:
    """Give the queue once."""
    return jsonify(queue_of(parts().desk, caller(colleague())))


@bp.get("/queue/live")
@signed_in(*CALLERS, touch=False)
def queue_live() -> Response:
    """Give the queue now and whenever it changes, until the session ends."""
    linden, here, cookie = parts(), place(), request.cookies.get(COOKIE, "")
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def look() -> dict[str, Any] | None:
        try:
            return queue_of(linden.desk, caller(find_colleague(linden, cookie, touch=False)))
        except NotSignedIn:
            return None

    def stream() -> Iterator[str]:
        with app.app_context():
            yield from events(look, here.streams)

    return Response(stream(), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


@bp.post("/requests/<request_id>/claim")
@signed_in(*CALLERS)
def claim(request_id: str) -> Response:
    """Claim a request for 20 minutes."""
    place().casework.claim(caller(colleague()), request_id)
    return jsonify({"done": True})


@bp.post("/requests/<request_id>/renew")
@signed_in(*CALLERS, touch=False)
def renew(request_id: str) -> Response:
    """Keep the claim while the card is open."""
    place().casework.renew(caller(colleague()), request_id)
    return jsonify({"done": True})


@bp.post("/requests/<request_id>/open")
@signed_in(*CALLERS)
def release(request_id: str) -> Response:
    """Give the sealed envelope to the claimer's browser, with its notes; only when a call may start now."""
    linden = parts()
    inner = place().casework.release(caller(colleague()), request_id)
    with Session(linden.queue, future=True) as session:
        found = requests.find_request(session, request_id)
        window = current(found, linden.now()) if found else None
        sealed = notes.sealed_notes(linden.desk, found) if found else []
    last_start = int((window.end - LAST_START).timestamp()) if window else 0
    return jsonify({"inner": inner, "notes": sealed, "last_start": last_start, "now": int(linden.now().timestamp())})


@bp.post("/requests/<request_id>/hand-back")
@signed_in(*CALLERS)
def hand_back(request_id: str) -> Response:
    """Put a request back; with `hide`, because she knows the person, it is not shown to her again."""
    place().casework.hand_back(caller(colleague()), request_id, hide=bool(body().get("hide")))
    return jsonify({"done": True})


@bp.post("/requests/<request_id>/outcome")
@signed_in(*CALLERS)
def settle(request_id: str) -> Response:
    """Record what came of it, and say what follows."""
    decided = body().get("decision")
    decision = one_of(Decision, decided) if decided else None
    after = place().casework.settle(caller(colleague()), request_id, one_of(Outcome, text("outcome")), decision)
    following = after.windows[0].label if after.windows and not after.ended else None
    return jsonify({"ended": after.ended, "outcome": after.outcome.value, "attempts": after.attempts, "next": following})


@bp.post("/requests/<request_id>/undo")
@signed_in(*CALLERS)
def undo(request_id: str) -> Response:
    """Take back the outcome she recorded within the last five minutes."""
    place().casework.undo(caller(colleague()), request_id)
    return jsonify({"done": True})


@bp.get("/requests/<request_id>/note")
@signed_in(*CALLERS)
def note_to(request_id: str) -> Response:
    """Say whom a hand-over note is to be sealed to."""
    return jsonify(notes.addressed(parts().desk, caller(colleague()), request_id))


@bp.post("/requests/<request_id>/note")
@signed_in(*CALLERS)
def note(request_id: str) -> tuple[Response, int]:
    """Keep a hand-over note that her browser sealed."""
    notes.keep(parts().desk, caller(colleague()), request_id, text("token"), body().get("inner"))
    return jsonify({"done": True}), 201
