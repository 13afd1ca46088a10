"""What a worker sees of the queue before she claims anything: windows, danger, age; never a word of a request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from webhook.handoff.casework import Caller, lost, may_settle, soon, with_lead
from webhook.handoff.desk import Desk, hour, naive, windows_of
from webhook.handoff.outcomes import Outcome, following
from webhook.handoff.windows import LAST_START, LONDON, Window, callable_now, clock, next_window
from webhook.store import requests
from webhook.store.alerts import Kind, list_unseen
from webhook.store.floods import list_floods
from webhook.store.models import CallbackRequest, LeadAlert

HOUR = 3_600  # seconds


def queue_of(desk: Desk, caller: Caller) -> dict[str, Any]:
    """Return the queue of her service as the page shows it: sorted by window, then danger, then age."""
    now = desk.now()
    with Session(desk.queue, future=True) as session:
        hidden = requests.hidden_from(session, caller.name)
        waiting = [each for each in requests.list_waiting(session, caller.service) if each.id not in hidden]
        floods = list_floods(session)
        alerts = [_alert(each) for each in list_unseen(session, caller.service)] if caller.lead else []
        in_line = sorted(waiting, key=lambda each: place_in_line(each, now, flood=each.id in floods))
        rows = [_row(each, caller, now) | {"flood": each.id in floods} for each in in_line]
    return {"now": int(now.timestamp()), "counts": _counts(rows), "rows": rows, "alerts": alerts}


def place_in_line(request: CallbackRequest, now: datetime, *, flood: bool) -> tuple[bool, datetime, bool, bool, datetime]:
    """Where a request stands: those that can be rung now first, by the end of their window; then danger, then age.

    One of a flood stands behind the others of its window and danger, and is not left out: it may be a person's all the same."""
    window = current(request, now)
    moment = window.end if callable_now([window], now) else window.start
    return not callable_now([window], now), moment, not request.danger, flood, request.received


def current(request: CallbackRequest, now: datetime) -> Window:
    """Return the window it can be rung in now or next; its last one when none is left."""
    windows = windows_of(request)
    return next_window(windows, now) or max(windows)


def _row(request: CallbackRequest, caller: Caller, now: datetime) -> dict[str, Any]:
    window = current(request, now)
    after = following(Outcome.NO_ANSWER, windows=windows_of(request), attempts=request.attempts, danger=request.danger, now=now)
    return {
        "id": request.id,
        "state": _state(request, caller, now),
        "window": span(window, now),
        "starts": int(window.start.timestamp()),
        "last_start": int((window.end - LAST_START).timestamp()),
        "open": callable_now([window], now),
        "claimable": soon(request, now),
        "danger": bool(request.danger),
        "under_18": bool(request.under_18),
        "booked": request.booked,
        "hours": int((hour(now) - request.received).total_seconds() // HOUR),
        "attempts": request.attempts,
        "last": request.outcome,
        "who": request.claimer if request.state in ("claimed", "opened") else None,
        "last_try": after.ended,
        "settle": may_settle(caller, request, now),
    }


def _state(request: CallbackRequest, caller: Caller, now: datetime) -> str:
    """One of: mine, mine_opened, held, opened, lead, lost, waiting."""
    if request.state == "opened":
        return "mine_opened" if request.claimer == caller.name else "opened"
    if request.state == "claimed" and request.lease_ends >= naive(now):
        return "mine" if request.claimer == caller.name else "held"
    if with_lead(request):
        return "lead"
    return "lost" if lost(request, now) else "waiting"


def _alert(alert: LeadAlert) -> dict[str, str]:
    """What the lead must know, by the name of its words."""
    return {"id": alert.request, "kind": Kind(alert.kind).name.lower(), "when": moment(alert.hour)}


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    free = [row for row in rows if row["state"] == "waiting"]
    return {
        "now": sum(row["open"] for row in free),
        "later": sum(not row["open"] for row in free),
        "danger": sum(row["danger"] for row in free),
        "mine": sum(row["state"].startswith("mine") for row in rows),
        "lead": sum(row["state"] in ("lead", "lost", "opened") for row in rows),
    }


def span(window: Window, now: datetime) -> str:
    """The window in few words, with the day unless it is today: `until 3pm`, `6pm to 9pm`, `Tue 9am to 12 noon`."""
    start, end, today = window.start.astimezone(LONDON), window.end.astimezone(LONDON), now.astimezone(LONDON).date()
    if window.start <= now:
        return f"until {clock(end.time())}"
    day = "" if start.date() == today else f"{start:%a} {start.day} {start:%b}, "
    return f"{day}{clock(start.time())} to {clock(end.time())}"


def moment(when: datetime) -> str:
    """An hour of the database in London's words: `Mon 23 Nov, 2pm`."""
    local = when.replace(tzinfo=UTC).astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b}, {clock(local.time())}"
