"""People asking for a call, each their own way: a page that seals, a form without JavaScript, texts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from xml.etree import ElementTree

import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from tools.drill.cases import Case
from tools.drill.promises import Ledger, Promise
from tools.drill.stage import Stage
from webhook.handoff.services import HelplineService
from webhook.handoff.windows import offered
from webhook.store.models import CallbackRequest, Draft

RING = ("can someone ring me please", "please can someone call me back", "i want someone to ring me")


@dataclass(frozen=True)
class Signed:
    """A text as the carrier posts it, with its signature."""

    form: dict[str, str]
    signature: str


@dataclass
class Asking:
    """The people of a drill while they ask, and the texts that were sent."""

    stage: Stage
    ledger: Ledger
    sent: list[Signed] = field(default_factory=list)
    taken_back: list[requests.Response] = field(default_factory=list)  # what those got who had the right words

    def ask(self, cases: list[Case]) -> None:
        """Let everybody ask; afterwards each case has its id and its two words, if it was taken."""
        for case in cases:
            windows = offered(self.service_of(case), self.stage.clock())
            case.windows = tuple(windows[pick] for pick in case.picks)
        self._by_page([case for case in cases if case.way == "page"])
        for case in cases:
            if case.way == "form":
                self._by_form(case)
            elif case.way == "text":
                self._by_text(case)

    def text(self, sender: str, body: str) -> str:
        """Send a text and return what it is answered."""
        form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": sender, "Body": body}
        validator = RequestValidator(self.stage.linden.twilio_token)
        self.sent.append(Signed(form, validator.compute_signature(f"{self.stage.linden.config.own_url}/sms", form)))
        return words(self.deliver(self.sent[-1]))

    def deliver(self, text: Signed) -> requests.Response:
        """Post a text to the front door as it was signed."""
        return self.stage.post("/sms", "10.254.1.1", data=text.form, headers={"X-Twilio-Signature": text.signature})

    def form(self, case: Case, key: str, near: str | None = None) -> requests.Response:
        """Send the form without JavaScript for a case, from her own network or from `near`."""
        filled = {"service": case.service, "key": key, "number": f"0{case.phone[3:]}", "her_word": case.word}
        windows = {"window": [window.key for window in case.windows]}
        ticks = dict.fromkeys(ticked(case), "yes")
        return self.stage.post("/callback", near or case.network, data=filled | windows | ticks, headers={"Accept": "application/json"})

    def take_back(self, cases: list[Case]) -> None:
        """They take it back with their two words, each from a network of her own; every request ends at once."""
        for case in cases:
            self.taken_back.append(self.stage.post("/callback/cancel", f"10.{case.number}.2.1", data={"receipt": case.receipt}))
            with Session(self.stage.linden.queue, future=True) as session:
                self.ledger.hold(Promise.CANCELLED, session.get(CallbackRequest, case.id).state == "ended")

    def cancel_by_text(self, case: Case) -> str:
        """She takes it back with her two words from another phone."""
        return self.text(f"+447700900{500 + case.number}", case.receipt.replace("-", " "))

    def _by_page(self, cases: list[Case]) -> None:
        if not cases:
            return
        self.stage.posted.clear()
        answers = self.stage.pages.visit(f"{self.stage.url}/drill", [self._given(case) for case in cases])
        for case, (first, again) in zip(cases, answers, strict=True):
            self._taken(case, str(first.get("receipt")))
            self.ledger.hold(Promise.ONCE, first == again and first["status"] == 201)
            seen = b"\0".join(self.stage.posted)
            self.ledger.hold(Promise.BLIND, not any(secret.encode() in seen for secret in secrets_of(case)))

    def _given(self, case: Case) -> dict[str, object]:
        """What the page needs to know of a case."""
        area, number = self.service_of(case).area, f"0{case.phone[3:]}"
        return {"area": area, "number": number, "word": case.word, "picks": case.picks, "ticks": ticked(case), "network": case.network}

    def _by_form(self, case: Case) -> None:
        key = secrets.token_hex(16)
        first, again = (self.form(case, key) for _ in range(2))
        self._taken(case, str(first.json().get("receipt")))
        self.ledger.hold(Promise.ONCE, first.status_code == again.status_code == 201 and first.json() == again.json())

    def _by_text(self, case: Case) -> None:
        self.text(case.phone, "im in dudley")
        before = self._drafts()
        for body in RING:  # said another way when the answer came too late
            self.text(case.phone, body)
            if self._drafts() > before:
                break
        times = " and ".join(str(pick + 1) for pick in case.picks)
        for body in (times, "y", "y" if case.danger else "n", "y" if case.under_18 else "n", "n"):
            self.text(case.phone, body)
        self._taken(case, self.text(case.phone, "send"))

    def _taken(self, case: Case, said: str) -> None:
        """Note which request a case has become: the one whose two words the answer holds."""
        with Session(self.stage.linden.queue, future=True) as session:
            ids = list(session.scalars(select(CallbackRequest.id)))
        mine = [each for each in ids if self.stage.linden.receipts.of(each).replace("-", " ") in said.replace("-", " ")]
        self.ledger.hold(Promise.KEPT, len(mine) == 1)
        if mine:
            case.id, case.receipt = mine[0], self.stage.linden.receipts.of(mine[0])

    def _drafts(self) -> int:
        with Session(self.stage.linden.queue, future=True) as session:
            return int(session.scalar(select(func.count()).select_from(Draft)) or 0)

    def service_of(self, case: Case) -> HelplineService:
        """The helpline a case asks."""
        return next(each for each in self.stage.linden.services if each.id == case.service)


def ticked(case: Case) -> list[str]:
    """The boxes a case ticks."""
    return [name for name, on in (("danger_today", case.danger), ("under_18", case.under_18)) if on]


def secrets_of(case: Case) -> list[str]:
    """What must be found nowhere: her number however it is written, and her word."""
    digits = case.phone[3:]
    return [digits, f"{digits[:4]} {digits[4:]}", f"{digits[:4]} {digits[4:7]} {digits[7:]}", *([case.word] if case.word else [])]


def words(answer: requests.Response) -> str:
    """The words of a TwiML answer."""
    return "".join(ElementTree.fromstring(answer.content).itertext())
