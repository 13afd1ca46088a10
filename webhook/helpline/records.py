"""What leads and supervisors see: the health of the queue, and the audit; never content."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from webhook.handoff import NoSuchRecord
from webhook.handoff.casework import lost, with_lead
from webhook.handoff.desk import hour, naive
from webhook.handoff.outcomes import Outcome
from webhook.helpline.deletion import deletion_of
from webhook.helpline.guard import desk_blueprint
from webhook.helpline.posted import text
from webhook.helpline.queue import moment
from webhook.helpline.roles import AUDITORS, LEADS
from webhook.helpline.session import colleague, signed_in
from webhook.parts import Parts, parts
from webhook.store import audit, requests, staff
from webhook.store.alerts import Kind, see_alert
from webhook.store.engine import transaction

RECENT = timedelta(hours=24)

bp = desk_blueprint("helpline_records")


@bp.get("/health")
@signed_in(*AUDITORS, touch=False)
def health() -> Response:
    """Count what waits and what came of the last day's requests."""
    return jsonify(health_of(parts(), colleague().service))


@bp.get("/deletion")
@signed_in(*AUDITORS, touch=False)
def deletion() -> Response:
    """Say when deletion last ran, what it took, and what goes next."""
    return jsonify(deletion_of(parts(), colleague().service))


@bp.post("/alerts/seen")
@signed_in(*LEADS)
def seen() -> Response:
    """Note that a lead has seen an alert, so that it is not shown again; raises NoSuchRecord."""
    linden, person = parts(), colleague()
    kind = next((each for each in Kind if each.name.lower() == text("kind")), None)
    with transaction(linden.queue) as session:
        if kind is None or not see_alert(session, person.service, text("id"), kind, hour(linden.now())):
            raise NoSuchRecord("no alert of that kind waits to be seen")
        linden.desk.note_down(session, person.service, person.name, text("id"), "alert seen")
    return jsonify({"done": True})


@bp.get("/audit")
@signed_in(*AUDITORS)
def entries() -> Response:
    """Give the service's latest audit rows, newest first, and whether the whole chain is as it was written."""
    linden, service = parts(), colleague().service
    with Session(linden.queue, future=True) as session:
        rows = audit.list_entries(session)
        broken = audit.first_broken(linden.keys.derive("audit/mac"), rows)
        shown = [_shown(row) for row in reversed(rows) if row.service == service][: audit.SHOWN]
    return jsonify({"rows": shown, "broken": broken})


def health_of(linden: Parts, service: str) -> dict[str, Any]:
    """Return the counts of one service's queue."""
    now = linden.now()
    with Session(linden.queue, future=True) as session:
        waiting = requests.list_waiting(session, service)
        ended = Counter(str(each.outcome) for each in requests.list_ended(session, service, naive(now - RECENT)))
        people = len(staff.list_staff(session, service))
    oldest = min((each.received for each in waiting), default=None)
    return {
        "waiting": sum(each.state == "waiting" for each in waiting),
        "claimed": sum(each.state == "claimed" for each in waiting),
        "opened": sum(each.state == "opened" for each in waiting),
        "danger": sum(bool(each.danger) for each in waiting),
        "lead": sum(with_lead(each) for each in waiting),
        "missed": sum(lost(each, now) for each in waiting) + ended[Outcome.MISSED.value],
        "oldest_hours": None if oldest is None else int((hour(now) - oldest).total_seconds() // 3_600),
        "outcomes": dict(ended),
        "people": people,
    }


def _shown(row: Any) -> dict[str, str]:
    return {"when": moment(row.hour), "worker": row.worker, "request": row.request[:8], "action": row.action}
