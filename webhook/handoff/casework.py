"""A worker's work on a request: claimed, renewed, released to her browser in a safe window, settled, and a slip undone.

Nothing is opened here: what is released is the inner envelope, which only her own key opens. Every change is one atomic
update, so that two workers never ring the same person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from webhook.handoff import Misdirected, NoSuchRecord, NotDecided, NotNow, NotYours, TooLate
from webhook.handoff.desk import Desk, check_window, naive, windows_of
from webhook.handoff.outcomes import MOST_ATTEMPTS, Decision, Following, Outcome, following
from webhook.handoff.windows import callable_now, next_window
from webhook.store import requests
from webhook.store.engine import transaction
from webhook.store.models import CallbackRequest
from webhook.store.staff_models import Slip

CLAIM_AHEAD = timedelta(minutes=15)  # before a window begins: time to read the queue, not to sit on a request
UNDO = timedelta(minutes=5)


@dataclass(frozen=True)
class Caller:
    """Who works on requests: a name within a service, the keys she opens with, and whether she settles what others cannot."""

    name: str
    service: str
    kids: frozenset[str]
    lead: bool


@dataclass(frozen=True)
class Casework:
    """What workers may do, over the queue of sealed requests."""

    desk: Desk

    def claim(self, caller: Caller, request_id: str) -> None:
        """Claim a request for 20 minutes; raises NoSuchRecord, NotYours, NotNow or Misdirected (not sealed to her key)."""
        now = self.desk.now()
        with transaction(self.desk.queue) as session:
            request = self._find(session, caller, request_id)
            if with_lead(request) and not caller.lead:
                raise NotYours("it is with the lead")
            if request.attempts >= MOST_ATTEMPTS:
                raise NotNow("it was tried three times; it can only be settled")
            if request.state == "opened" and request.claimer != caller.name:
                raise NotYours("somebody else has opened it")
            if not soon(request, now):
                check_window(request, now)
            if caller.kids.isdisjoint(self.desk.inner_of(request)["recipients"]):
                raise Misdirected("it was sealed before this key was approved")
            if request.state == "opened":
                return
            if not requests.claim_request(session, request_id, caller.name, naive(now)):
                raise NotYours("somebody else has claimed it")
            self.desk.note_down(session, caller.service, caller.name, request_id, "claim")

    def renew(self, caller: Caller, request_id: str) -> None:
        """Keep a claim while its card is open; raises NotYours, and NoSuchRecord when it has ended, as when she cancelled it."""
        with transaction(self.desk.queue) as session:
            request = self._find(session, caller, request_id)
            if request.claimer != caller.name:
                raise NotYours("the claim is no longer yours")
            if request.state == "claimed" and not requests.renew_lease(session, request_id, caller.name, naive(self.desk.now())):
                raise NotYours("the claim is no longer yours")

    def release(self, caller: Caller, request_id: str) -> dict[str, Any]:
        """Return the inner envelope for her browser to open; only to the claimer and only when a call may start now.

        From then on the request never returns by itself. Raises NoSuchRecord, NotYours, NotNow or EpochKeyGone."""
        now = self.desk.now()
        with transaction(self.desk.queue) as session:
            request = self._find(session, caller, request_id)
            lapsed = request.state == "claimed" and request.lease_ends < naive(now)
            if request.claimer != caller.name or request.state not in ("claimed", "opened") or lapsed:
                raise NotYours("claim it first")
            check_window(request, now)
            inner = self.desk.inner_of(request)
            if not requests.settle_request(session, request, state="opened", lease_ends=None):
                raise NotYours("the claim is no longer yours")
            self.desk.note_down(session, caller.service, caller.name, request_id, "open")
        return inner

    def hand_back(self, caller: Caller, request_id: str, *, hide: bool) -> None:
        """Put a request back for others, by her own choice; `hide` when she knows the person: not shown to her again."""
        with transaction(self.desk.queue) as session:
            request = self._find(session, caller, request_id)
            if request.claimer != caller.name:
                raise NotYours("it is not yours to hand back")
            if not requests.settle_request(session, request, state="waiting", claimer=None, lease_ends=None):
                raise NotYours("it is not yours to hand back")
            if hide:
                requests.hide_request(session, request_id, caller.name)
            self.desk.note_down(session, caller.service, caller.name, request_id, "hand back")

    def settle(self, caller: Caller, request_id: str, outcome: Outcome, decision: Decision | None) -> Following:
        """Record what came of it; raises NotDecided when it would close without a safeguarding decision that fits.

        The claimer settles what she opened; a lead also what another left open, what is with the lead, and what was missed."""
        now = self.desk.now()
        with transaction(self.desk.queue) as session:
            request = self._find(session, caller, request_id)
            if not may_settle(caller, request, now):
                raise NotYours("it is not yours to settle")
            after = following(outcome, windows=windows_of(request), attempts=request.attempts, danger=request.danger, now=now)
            if after.ended and (decision is None or (request.under_18 and decision is Decision.NO_CHILD)):
                raise NotDecided("it cannot be closed without a safeguarding decision")
            before = Slip(
                request=request_id,
                worker=caller.name,
                until=naive(now + UNDO),
                windows=request.windows,
                attempts=request.attempts,
                outcome=request.outcome,
            )
            if not requests.settle_request(session, request, **_values(after, now)):
                raise NotYours("somebody else settled it, or she cancelled it")
            requests.keep_slip(session, before)
            self.desk.note_down(session, caller.service, caller.name, request_id, outcome.value)
            if decision is not None and after.ended:
                self.desk.note_down(session, caller.service, caller.name, request_id, f"decision: {decision.value}")
        return after

    def undo(self, caller: Caller, request_id: str) -> None:
        """Take back the outcome she recorded in the last five minutes; raises TooLate. Her cancelling is never undone."""
        with transaction(self.desk.queue) as session:
            request = requests.find_request(session, request_id)
            slip = requests.take_slip(session, request_id, caller.name, naive(self.desk.now()))
            if request is None or slip is None or request.state not in ("waiting", "ended") or request.outcome == Outcome.CANCELLED.value:
                raise TooLate("it can no longer be undone")
            values = {"state": "opened", "claimer": caller.name, "windows": slip.windows, "attempts": slip.attempts, "outcome": slip.outcome}
            if not requests.settle_request(session, request, ended=None, lease_ends=None, **values):
                raise TooLate("it can no longer be undone")
            self.desk.note_down(session, caller.service, caller.name, request_id, "undo")

    def _find(self, session: Session, caller: Caller, request_id: str) -> CallbackRequest:
        """Return a request of her service that has not ended; what is hidden from her, or another's, is not there for her."""
        request = requests.find_request(session, request_id)
        if request is None or request.state == "ended" or request.service != caller.service:
            raise NoSuchRecord("no request with that id is waiting")
        if request_id in requests.hidden_from(session, caller.name):
            raise NoSuchRecord("no request with that id is waiting")
        return request


def with_lead(request: CallbackRequest) -> bool:
    """True when only a lead may go on with it."""
    return bool(request.state != "ended" and request.outcome == Outcome.TO_LEAD.value)


def lost(request: CallbackRequest, now: datetime) -> bool:
    """True when it waits and no call can be made any more: we missed it."""
    return bool(request.state in ("waiting", "claimed") and next_window(windows_of(request), now) is None)


def soon(request: CallbackRequest, now: datetime) -> bool:
    """True when a call may start now or within a quarter of an hour."""
    windows = windows_of(request)
    return callable_now(windows, now) or callable_now(windows, now + CLAIM_AHEAD)


def may_settle(caller: Caller, request: CallbackRequest, now: datetime) -> bool:
    """True when it is hers to record an outcome: she opened it; or she is a lead and nobody else can any more."""
    if request.state == "opened":
        return bool(request.claimer == caller.name or caller.lead)
    return caller.lead and (with_lead(request) or lost(request, now))


def _values(after: Following, now: datetime) -> dict[str, object]:
    """What the row holds after an outcome."""
    return {
        "state": "ended" if after.ended else "waiting",
        "outcome": after.outcome.value,
        "ended": naive(now) if after.ended else None,
        "claimer": None,
        "lease_ends": None,
        "attempts": after.attempts,
        "windows": " ".join(window.key for window in after.windows),
    }
