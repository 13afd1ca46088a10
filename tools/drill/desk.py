"""The helpline of a drill: people who enrol, are approved, work the queue through the desk's own pages, leave and lose keys."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from click.testing import Result

from tests.conftest import PASSPHRASE
from tests.desk_hand import Hand
from tools.drill.asking import Asking
from tools.drill.cases import CHANGE, DUDLEY, Case
from tools.drill.promises import Ledger, Promise
from tools.drill.stage import Stage
from webhook.handoff.envelope import seal
from webhook.handoff.outcomes import MOST_ATTEMPTS, REST, Decision, Outcome
from webhook.handoff.windows import LAST_START, joined
from webhook.helpline.roles import Role

ENDED, REFUSED = 410, 409
TRIED_AT = (0, 40)  # minutes of an hour at which what may not be rung is tried: 40 is when a time of the form has 20 minutes left


@dataclass
class Helpline:
    """One helpline: its people by name, its keys' files, and the cases by the id of their request."""

    stage: Stage
    ledger: Ledger
    asking: Asking
    cases: dict[str, Case] = field(default_factory=dict)
    hands: dict[str, Hand] = field(default_factory=dict)

    @property
    def safe(self) -> Path:
        """The folder of what is not on the server: key files, the recovery key among them."""
        return self.stage.folder / "safe"

    @property
    def recovery(self) -> Path:
        """The file of the offline recovery key."""
        return self.safe / "recovery.json"

    def command(self, *args: str) -> Result:
        """Run a `flask --app webhook` command; its passphrase comes from the environment."""
        return self.stage.app.test_cli_runner(env={"LINDEN_PASSPHRASE": PASSPHRASE}).invoke(args=args)

    def join(self, name: str, role: Role = Role.WORKER) -> Hand:
        """Somebody enrols from a one-time link with a passkey and a key that waits for approval."""
        self.hands[name] = Hand(self.stage.app, name, self.safe, DUDLEY).enrol(role, approved=False)
        return self.hands[name]

    def approve_by_recovery(self, name: str) -> None:
        """The recovery holder approves a key by command."""
        self.command("helpline", "approve", name, "--service", DUDLEY, "--recovery-key", str(self.recovery))

    def approve(self, approver: str, name: str) -> None:
        """A colleague approves a key at the desk, and her browser seals what waits to it."""
        by, kid = self.hands[approver], self.hands[name].kid()
        by.post("people/approve", {"kid": kid})
        for each in by.get(f"people/rewrap/{kid}").get_json()["requests"]:
            inner = seal(by.read(each["inner"]), each["id"], DUDLEY, self.stage.linden.desk.everyone(DUDLEY))
            by.post(f"people/rewrap/{kid}", {"id": each["id"], "inner": inner})

    def awake(self, name: str) -> Hand:
        """Somebody is there: her session goes on, or she signs in again."""
        hand = self.hands[name]
        if hand.post("awake").status_code != 200:
            hand.sign_in()
        return hand

    def rows(self, hand: Hand) -> list[dict[str, Any]]:
        """The queue as a worker sees it; what stands level in it goes by the order in which people asked."""
        now = self.stage.clock()
        rows = [row for row in hand.get("queue").get_json()["rows"] if row["id"] in self.cases and self.cases[row["id"]].not_before <= now]
        return sorted(rows, key=lambda row: (not row["open"], row["last_start"], not row["danger"], self.cases[row["id"]].number))

    def work(self, name: str) -> None:
        """Take the first request that may be rung now, open it, ring, and record what came of it; try what may not be rung."""
        hand = self.awake(name)
        rows = self.rows(hand)
        shut = next((row for row in rows if not row["open"] and row["state"] in ("waiting", "lost")), None)
        if shut is not None and self.stage.clock().minute in TRIED_AT:
            self._try_outside(hand, self.cases[shut["id"]])
        ready = next((row for row in rows if row["open"] and row["state"] == "waiting"), None)
        if ready is not None:
            self.ring(hand, self.cases[ready["id"]])

    def ring(self, hand: Hand, case: Case) -> None:
        """Claim, open, ring and settle one request."""
        if not self.open(hand, case):
            return
        if case.cancels != "open":
            self.settle(hand, case, case.outcome)
            return
        self.asking.cancel_by_text(case)
        self.ledger.hold(Promise.CANCELLED, hand.post(f"requests/{case.id}/renew").status_code == ENDED)
        self.ledger.hold(Promise.ENDED, hand.post(f"requests/{case.id}/open").status_code == ENDED)

    def open(self, hand: Hand, case: Case) -> bool:
        """Claim and open a request, and check what was given out; False when it was refused."""
        hand.post(f"requests/{case.id}/claim")
        answer = hand.post(f"requests/{case.id}/open")
        self.ledger.hold(Promise.KEPT, answer.status_code == 200)
        if answer.status_code != 200:
            return False
        case.tries.append(self.stage.clock().timestamp())
        read = hand.read(answer.get_json()["inner"])
        self.ledger.hold(Promise.KEPT, (read["number"], read["her_word"]) == (case.phone, case.word))
        self._check_time(case)
        return True

    def settle(self, hand: Hand, case: Case, outcome: Outcome) -> None:
        """Record an outcome: first without a decision, or one that does not fit, which is refused where it would close."""
        path, fits = f"requests/{case.id}/outcome", {"outcome": outcome.value, "decision": case.decision.value}
        answer = hand.post(path, {"outcome": outcome.value} | ({"decision": Decision.NO_CHILD.value} if case.under_18 else {}))
        refused = answer.status_code != 200
        self.ledger.hold(Promise.DECIDED, answer.get_json()["error"] == "error_not_decided" if refused else not answer.get_json()["ended"])
        if refused:
            answer = hand.post(path, fits)
        said, gaps = answer.get_json(), [b - a for a, b in pairwise(case.tries)]
        self.ledger.hold(Promise.THREE, len(case.tries) <= MOST_ATTEMPTS and all(gap >= REST.total_seconds() for gap in gaps))
        if said["ended"]:
            self.ledger.hold(Promise.ENDED, hand.post(f"requests/{case.id}/claim").status_code == ENDED)

    def settle_as_lead(self, name: str) -> None:
        """A lead settles what was passed on to her."""
        hand = self.awake(name)
        for row in self.rows(hand):
            if row["state"] in ("lead", "opened") and row["settle"]:
                self.settle(hand, self.cases[row["id"]], Outcome.ADULT_REFERRAL)

    def race(self, names: tuple[str, str], case: Case) -> None:
        """Two claim at the same moment; the winner hands back."""
        ready, codes = threading.Barrier(2), {}

        def claim(name: str) -> None:
            ready.wait()
            codes[name] = self.hands[name].post(f"requests/{case.id}/claim").status_code

        both = [threading.Thread(target=claim, args=(name,)) for name in names]
        for each in both:
            each.start()
        for each in both:
            each.join()
        self.ledger.hold(Promise.ONE_WINNER, sorted(codes.values()) == [200, REFUSED])
        winner = min(codes, key=lambda name: codes[name])
        self.hands[winner].post(f"requests/{case.id}/hand-back", {"hide": False})

    def _try_outside(self, hand: Hand, case: Case) -> None:
        """Claim and open what may not be rung now: the one may be done a quarter of an hour ahead, the other never."""
        claimed = hand.post(f"requests/{case.id}/claim").status_code
        refused = hand.post(f"requests/{case.id}/open").status_code == REFUSED
        self.ledger.hold(Promise.NOT_OUTSIDE, refused)
        if self._over_the_change(case):
            self.ledger.hold(Promise.CLOCK_CHANGE, refused)
        if claimed == 200:
            hand.post(f"requests/{case.id}/hand-back", {"hide": False})

    def _check_time(self, case: Case) -> None:
        """It is a time she chose, as she chose it and not as the server keeps it, with 20 minutes left."""
        now = self.stage.clock()
        inside = any(window.start <= now < window.end - LAST_START for window in joined(case.windows))
        self.ledger.hold(Promise.IN_WINDOW, inside)
        if self._over_the_change(case):
            self.ledger.hold(Promise.CLOCK_CHANGE, inside)

    def _over_the_change(self, case: Case) -> bool:
        """True on the day of the change, after it, for somebody who chose the time it falls into."""
        return self.stage.clock() >= CHANGE and any(window.start <= CHANGE < window.end for window in case.windows)
