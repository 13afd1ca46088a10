"""Somebody leaves: nothing more is sealed to them, they are signed out, and what they held goes on to others."""

from __future__ import annotations

from webhook.handoff.desk import naive
from webhook.handoff.outcomes import Outcome
from webhook.helpline import Unreadable
from webhook.parts import Parts
from webhook.store import alerts, requests, staff, workers
from webhook.store.alerts import Kind
from webhook.store.engine import transaction

BY_COMMAND = "command"


def depart(linden: Parts, service: str, name: str, by: str) -> int:
    """End every key, passkey and session of somebody and return how many keys; raises Unreadable when nobody is so called.

    What they claimed returns to the queue and what they opened goes to the lead, who is alerted to both."""
    now = naive(linden.now())
    with transaction(linden.queue) as session:
        person = staff.find_by_name(session, service, name)
        keys = workers.leave(session, name, service, now)
        if person is not None and person.left is None:
            staff.leave(session, person, now)
        elif not keys:
            raise Unreadable
        for request in requests.held_by(session, service, name):
            opened = request.state == "opened"
            alerts.alert_lead(session, request, Kind.LEFT_OPEN if opened else Kind.RETURNED, now)
            to_lead = {"outcome": Outcome.TO_LEAD.value} if opened else {}
            requests.settle_request(session, request, state="waiting", claimer=None, lease_ends=None, **to_lead)
        linden.desk.note_down(session, service, by, keys[0].kid if person is None else person.id, "left")
    return len(keys)
