"""The people of a helpline: keys that wait for a colleague's approval, new links, and leaving."""

from __future__ import annotations

from flask import Response, jsonify
from sqlalchemy.orm import Session

from webhook.handoff.desk import naive
from webhook.helpline import KeyRefused, NotAllowed, Unreadable, enrolment, rewraps
from webhook.helpline.departure import depart
from webhook.helpline.guard import desk_blueprint
from webhook.helpline.place import caller, place
from webhook.helpline.posted import body, one_of, text, thing
from webhook.helpline.roles import CALLERS, LEADS, Role
from webhook.helpline.session import colleague, signed_in
from webhook.parts import parts
from webhook.store import staff, workers
from webhook.store.engine import transaction

LONGEST_NAME = 40

bp = desk_blueprint("helpline_people")


@bp.get("/people")
@signed_in()
def people() -> Response:
    """List the people of her service, and the public keys that wait, without their fingerprints: those she must be told."""
    person = colleague()
    with Session(parts().queue, future=True) as session:
        here = [{"id": each.id, "name": each.name, "role": each.role} for each in staff.list_staff(session, person.service)]
        waiting = [rewraps.waiting_key(key) for key in staff.keys_waiting(session, person.service) if key.name != person.name]
    return jsonify({"people": here, "waiting": waiting if person.kid else [], "me": person.id})


@bp.post("/people/approve")
@signed_in(*CALLERS)
def approve() -> Response:
    """Approve a key whose fingerprint its owner read out, and the approver typed; never one's own."""
    linden, person, kid = parts(), colleague(), text("kid")
    if person.kid is None:
        raise NotAllowed
    with transaction(linden.queue) as session:
        key = next((each for each in staff.keys_waiting(session, person.service) if each.kid == kid), None)
        if key is None or key.name == person.name:
            raise KeyRefused
        workers.approve_key(session, key, naive(linden.now()))
        linden.desk.note_down(session, person.service, person.name, kid, "approve key")
        rewraps.allow(linden.desk, session, caller(person), kid)
    return jsonify({"done": True})


@bp.get("/people/rewrap/<kid>")
@signed_in(*CALLERS)
def to_rewrap(kid: str) -> Response:
    """Give the approver what waits, so that her browser can seal it to the new colleague as well."""
    return jsonify(rewraps.to_rewrap(parts().desk, caller(colleague()), kid))


@bp.post("/people/rewrap/<kid>")
@signed_in(*CALLERS)
def rewrap(kid: str) -> Response:
    """Keep one request as it was sealed again."""
    rewraps.replace(parts().desk, caller(colleague()), kid, text("id"), body().get("inner"))
    return jsonify({"done": True})


@bp.post("/people/key")
@signed_in(*CALLERS)
def rotate() -> Response:
    """Take her next key: once a colleague has approved it nothing more is sealed to the one she has, which opens what it has."""
    linden, person = parts(), colleague()
    if person.kid is None:
        raise NotAllowed
    with transaction(linden.queue) as session:
        staff.drop_waiting_key(session, person.id)
        kid = enrolment.add_key(session, thing("key"), staff_id=person.id, service=person.service, name=person.name)
        linden.desk.note_down(session, person.service, person.name, kid, "new key")
    return jsonify({"done": True})


@bp.post("/people/invite")
@signed_in(*LEADS)
def invite() -> Response:
    """Make a one-time link for a new colleague of her own service."""
    name, role = " ".join(text("name").split()), one_of(Role, text("role"))
    if not 0 < len(name) <= LONGEST_NAME:
        raise Unreadable
    token = enrolment.invite(parts(), name, colleague().service, role)
    return jsonify({"link": link(place().origin.url, token)})


@bp.post("/people/leave")
@signed_in()
def leave() -> Response:
    """Somebody leaves: a lead says so of a colleague, anybody of themselves."""
    person, staff_id = colleague(), text("id")
    if staff_id != person.id and person.role not in LEADS:
        raise NotAllowed
    with Session(parts().queue, future=True) as session:
        leaver = staff.find_staff(session, staff_id)
    if leaver is None or leaver.service != person.service:
        raise Unreadable
    depart(parts(), person.service, leaver.name, by=person.name)
    return jsonify({"done": True})


def link(origin: str, token: str) -> str:
    """The address of an enrolment link; the token is behind the `#`, so no server, proxy or log is sent it."""
    return f"{origin}/helpline/enrol#{token}"
