"""The abuser of a drill: he guesses, asks, floods, poses as her, sends again what he saw, and forges."""

from __future__ import annotations

import json
import secrets
import statistics
from dataclasses import dataclass, replace
from typing import Any

import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.desk_hand import HOST, ORIGIN
from tools.drill.asking import Asking, words
from tools.drill.cases import DUDLEY, WALSALL, Case
from tools.drill.promises import Ledger, Promise
from tools.drill.stage import Stage
from webhook.handoff.windows import offered
from webhook.store.models import CallbackRequest, FloodMark

HIS_PHONE, HIS_NETWORK, LIBRARY = "+447700900990", "10.200.1.1", "10.201.1.1"
GUESSES, FLOOD, TEXTS = 10, 20, 22
ASKS = ("is my call booked", "when will they ring", "did you get my request for a call")
AS_HER = ("cancel my call", "cancel the call please", "change my call to tonight", "ring me on 07700900991 instead")
NOW = "he has got a knife and hes outside"
REFUSED = (409, 422)
OUTLINE = (CallbackRequest.id, CallbackRequest.windows, CallbackRequest.state, CallbackRequest.outcome, CallbackRequest.claimer)


@dataclass
class Abuser:
    """What he tries while requests of others wait, and what he learns from it."""

    stage: Stage
    ledger: Ledger
    asking: Asking

    def guess(self, case: Case) -> None:
        """Guess at receipts from one network; past ten an hour even right words from there do nothing."""
        before = self._queue()
        wrong = [self._cancel(f"anchor-{word}", HIS_NETWORK) for word in self.stage.linden.receipts.words[:GUESSES]]
        right = self._cancel(case.receipt, HIS_NETWORK)
        self.ledger.hold(Promise.SLOWED, self._queue() == before and right.content == wrong[0].content)
        took = [statistics.median(each.elapsed.total_seconds() * 1_000 for each in group) for group in (self.asking.taken_back, wrong)]
        for answer in (*self.asking.taken_back, *wrong):
            alike = (answer.status_code, answer.content) == (wrong[0].status_code, wrong[0].content)
            self.ledger.hold(Promise.SAME_ANSWER, alike, f"medians {took[0]:.0f} ms and {took[1]:.0f} ms, for the right words and the wrong")

    def ask_about(self, case: Case) -> None:
        """Ask from a phone that has a call booked and from one that has none, ask for the form and look at what is public."""
        for body in ASKS:
            hers, his = (self.asking.text(phone, body) for phone in (case.phone, HIS_PHONE))
            self.ledger.hold(Promise.NO_ORACLE, hers == his)
        lists = [requests.get(f"{self.stage.url}/callback/recipients", params={"service": DUDLEY}, timeout=30).json() for _ in range(2)]
        self.ledger.hold(Promise.NO_ORACLE, lists[0]["recipients"] == lists[1]["recipients"] and len(lists[0]["recipients"]) % 8 == 0)
        first, again = (self._invented(case, 150, "10.202.1.1") for _ in range(2))
        self.ledger.hold(Promise.NO_ORACLE, first.status_code == again.status_code == 201 and first.json() != again.json())
        for answer in (first, again):
            self._cancel(answer.json()["receipt"], "10.202.2.1")

    def pose_as_her(self, case: Case) -> None:
        """Text as her, from his phone and from hers, without the words."""
        before = self._queue()
        for phone in (HIS_PHONE, case.phone):
            for body in AS_HER:
                self.asking.text(phone, body)
                self.ledger.hold(Promise.NOT_AS_HER, self._queue() == before)

    def flood(self, case: Case) -> None:
        """Ask for many calls from one network, hers the last from it; then many texts, and danger in their midst."""
        his = [self._invented(case, 800 + number, LIBRARY) for number in range(FLOOD)]
        hers = self._invented(case, case.number, LIBRARY)
        with Session(self.stage.linden.queue, future=True) as session:
            marked = session.scalar(select(func.count()).select_from(FloodMark))
        for answer in (*his, hers):
            self.ledger.hold(Promise.FLOOD, answer.status_code == 201, f"{marked} marked")
        for number, answer in enumerate((*his, hers)):
            self._cancel(answer.json()["receipt"], f"10.203.{number}.1")
        for _ in range(TEXTS):
            self.asking.text(HIS_PHONE, "hello")
        self.ledger.hold(Promise.DANGER, "999" in self.asking.text(HIS_PHONE, NOW)[:160])

    def send_again(self) -> None:
        """Send texts again as they were signed; then changed, and unsigned."""
        before = self._queue()
        for text in self.asking.sent[-3:]:
            first, again = self.asking.deliver(text), self.asking.deliver(text)
            self.ledger.hold(Promise.REPLAY, first.content == again.content and self._queue() == before)
        last = self.asking.sent[-1]
        for forged in (replace(last, form=last.form | {"Body": "send"}), replace(last, signature=""), replace(last, signature="x" * 28)):
            self.ledger.hold(Promise.FORGED, self.asking.deliver(forged).status_code == 403)

    def send_again_late(self) -> None:
        """Send every text of the drill again more than a day later: nothing is said and nothing done."""
        before = self._queue()
        for text in self.asking.sent:
            self.ledger.hold(Promise.REPLAY, words(self.asking.deliver(text)) == "")
        self.ledger.hold(Promise.REPLAY, self._queue() == before)

    def forge(self) -> None:
        """Post again what a browser sealed, changed and unchanged; and ask the desk without a session, or from another page."""
        before = self._queue()
        bodies = [json.loads(each.split(b"\0")[0]) for each in self.stage.posted if each.startswith(b"{")]
        for body in bodies[:3]:
            for change in self._changes(body):
                answer = self.stage.post("/callback", HIS_NETWORK, json=body | change | {"key": secrets.token_hex(16)})
                self.ledger.hold(Promise.FORGED, answer.status_code in REFUSED)
        for path in ("queue", "audit", "me", "people", "health"):
            answer = requests.get(f"{self.stage.url}/helpline/{path}", headers={"Host": HOST, "Accept": "application/json"}, timeout=30)
            self.ledger.hold(Promise.FORGED, answer.status_code == 401)
        for origin, code in (("https://elsewhere.example", 403), (ORIGIN, 401)):
            answer = self.stage.post("/helpline/awake", HIS_NETWORK, json={}, headers={"Host": HOST, "Origin": origin})
            self.ledger.hold(Promise.FORGED, answer.status_code == code)
        self.ledger.hold(Promise.FORGED, self._queue() == before)

    def _changes(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Ways to change a sealed request, the first of which is none."""
        inner = body["inner"]
        return [
            {},
            {"inner": inner | {"id": secrets.token_hex(16)}},
            {"service": WALSALL},
            {"inner": inner | {"v": 2}},
            {"inner": inner | {"recipients": inner["recipients"][:-1]}},
            {"token": f"9{body['token']}"},
            {"number": "07700 900991"},
        ]

    def _invented(self, case: Case, number: int, near: str) -> requests.Response:
        """A request with other numbers for the last time that is offered."""
        window = offered(self.asking.service_of(case), self.stage.clock())[-1]
        return self.asking.form(replace(case, number=number, windows=(window,)), secrets.token_hex(16), near)

    def _cancel(self, receipt: str, near: str) -> requests.Response:
        return self.stage.post("/callback/cancel", near, data={"receipt": receipt})

    def _queue(self) -> list[tuple[Any, ...]]:
        """What waits, without what is sealed."""
        with Session(self.stage.linden.queue, future=True) as session:
            return [tuple(row) for row in session.execute(select(*OUTLINE).where(CallbackRequest.state != "ended").order_by(CallbackRequest.id))]
