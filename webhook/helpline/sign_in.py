"""Enrolling from a one-time link, signing in with a passkey, and signing out."""

from __future__ import annotations

from flask import Response, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from webhook.helpline import LinkUsed, PasskeyRefused, enrolment
from webhook.helpline.guard import desk_blueprint
from webhook.helpline.passkeys import Passkeys
from webhook.helpline.place import place
from webhook.helpline.posted import body, text, thing
from webhook.helpline.roles import CALLERS
from webhook.helpline.session import begin, colleague, end, signed_in
from webhook.limits import network
from webhook.parts import parts
from webhook.store.engine import transaction

bp = desk_blueprint("helpline_sign_in")


@bp.get("/sign-in")
def page() -> str:
    """Show the one button that signs in."""
    return render_template("helpline/sign_in.html")


@bp.get("/enrol")
def enrol_page() -> str:
    """Show the page an enrolment link opens; its token is behind the `#`, which no server or log is sent."""
    return render_template("helpline/enrol.html", passphrase_words=parts().receipts.words)


@bp.post("/enrol/begin")
def enrol_begin() -> Response:
    """Say who the link is for, and what to ask their authenticator."""
    linden, token = parts(), text("token")
    if not linden.limits.allow("sign_in", network(request.remote_addr)):
        raise LinkUsed
    with transaction(linden.queue) as session:
        invited = enrolment.look_up(linden, session, token)
        staff_id = enrolment.staff_id_of(linden, token)
        options = Passkeys(linden, place().origin, session).options_to_enrol(staff_id, invited.name, invited.service)
        answer = {"name": invited.name, "service": _service_name(invited.service), "role": invited.role}
        return jsonify(answer | {"needs_key": invited.role in CALLERS, "options": options})


@bp.post("/enrol/finish")
def enrol_finish() -> Response:
    """Use the link up: keep the passkey's public half and the wrapped key, and sign the person in; all of it or nothing."""
    linden, token = parts(), text("token")
    with transaction(linden.queue) as session:
        staff_id = enrolment.admit(linden, session, token, body().get("key"))
        Passkeys(linden, place().origin, session).enrol(staff_id, thing("credential"))
    answer = jsonify({"done": True})
    begin(linden, place().origin, staff_id, answer)
    return answer


@bp.post("/sign-in/begin")
def sign_in_begin() -> Response:
    """Give a challenge to sign."""
    linden = parts()
    if not linden.limits.allow("sign_in", network(request.remote_addr)):
        raise PasskeyRefused
    with transaction(linden.queue) as session:
        return jsonify(Passkeys(linden, place().origin, session).options_to_sign_in())


@bp.post("/sign-in/finish")
def sign_in_finish() -> Response:
    """Sign in whoever's passkey signed the challenge."""
    linden = parts()
    with transaction(linden.queue) as session:
        staff_id = Passkeys(linden, place().origin, session).sign_in(thing("credential"))
    answer = jsonify({"done": True})
    begin(linden, place().origin, staff_id, answer)
    return answer


@bp.post("/sign-out")
@signed_in()
def sign_out() -> AnyResponse:
    """End the session."""
    answer = jsonify({"done": True})
    end(parts(), colleague(), answer)
    return answer


@bp.post("/awake")
@signed_in()
def awake() -> Response:
    """Note that somebody is there: the page says so when a key is pressed or the pointer moves, once a minute at most."""
    return jsonify({"done": True})


def _service_name(service: str) -> str:
    return next((each.name for each in parts().services if each.id == service), service)
