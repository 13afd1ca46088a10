"""What happens in a drill, in order: a weekend on which the clocks go back, from the first key to the last that is destroyed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tools.drill.abuser import Abuser
from tools.drill.asking import Asking, secrets_of
from tools.drill.cases import CHANGE, DUDLEY, WALSALL, Case
from tools.drill.copies import Copies
from tools.drill.desk import ENDED, Helpline
from tools.drill.promises import Ledger, Promise
from tools.drill.stage import Stage
from webhook.handoff.outcomes import Outcome
from webhook.handoff.windows import LAST_START
from webhook.helpline.roles import Role
from webhook.store import audit
from webhook.store.models import AuditEntry, CallbackRequest, LeadAlert, Tombstone

SECOND_WAVE = datetime(2026, 10, 24, 23, 50, tzinfo=UTC)  # ten to one at night, two hours before the clocks go back
OVER = datetime(2026, 10, 25, 2, 40, tzinfo=UTC)  # from now on no call may start: the time ends at 3am, the second hour counted
KEY_LOST = datetime(2026, 10, 25, 5, tzinfo=UTC)
HE_COMES = datetime(2026, 10, 25, 5, 40, tzinfo=UTC)
DAY_IS_DONE = datetime(2026, 10, 25, 19, tzinfo=UTC)
STEP_MINUTES = 10  # a session of the desk ends after 15 idle minutes
RACES = 10
CLOSING = timedelta(minutes=30)


@dataclass
class Story:
    """A drill under way: the stage, the people, and what was found out."""

    stage: Stage
    cases: list[Case]
    ledger: Ledger = field(default_factory=Ledger)

    def __post_init__(self) -> None:
        """Bring everybody together."""
        self.asking = Asking(self.stage, self.ledger)
        self.helpline = Helpline(self.stage, self.ledger, self.asking)
        self.copies = Copies(self.helpline)
        self.abuser = Abuser(self.stage, self.ledger, self.asking)
        self.helpline.safe.mkdir()

    def run(self) -> None:
        """Run it from the first key to the last."""
        dudley = [case for case in self.cases if case.service == DUDLEY]
        half = len(dudley) * 11 // 20
        self._keys()
        self._wave([*dudley[:half], *(case for case in self.cases if case.service == WALSALL)])
        self._until(SECOND_WAVE, "asha", "ben")
        self._wave(dudley[half:-2])
        self.abuser.forge()
        self.copies.take()
        self.copies.bring_back()
        self._ben_leaves()
        self._over_the_change(*dudley[-2:])
        self._until(KEY_LOST, "asha", "cleo")
        self._asha_loses_her_key()
        self._until(HE_COMES, "asha again", "cleo")
        self._he_comes()
        self._until(DAY_IS_DONE, "asha again", "cleo")
        self._search()
        self._audited()
        self._deleted()

    def _keys(self) -> None:
        """The recovery key, two workers and a lead; a helpline next door has keys and nobody at work."""
        line = self.helpline
        for service, keyfile in ((DUDLEY, line.recovery), (WALSALL, line.safe / "recovery-walsall.json")):
            line.command("helpline", "recovery-key", "--service", service, "--out", str(keyfile))
        line.command("helpline", "add-worker", "wanda", "--service", WALSALL, "--keyfile", str(line.safe / "wanda.json"))
        line.command("helpline", "approve", "wanda", "--service", WALSALL, "--recovery-key", str(line.safe / "recovery-walsall.json"))
        for name, role in (("asha", Role.WORKER), ("ben", Role.WORKER), ("lena", Role.LEAD)):
            line.join(name, role)
            if name == "asha":
                line.approve_by_recovery(name)
            else:
                line.approve("asha", name)

    def _wave(self, cases: list[Case]) -> None:
        """They ask; two race for the first of them; some take it back at once."""
        self.asking.ask(cases)
        self.helpline.cases |= {case.id: case for case in cases if case.service == DUDLEY}
        other = "cleo" if "cleo" in self.helpline.hands else "ben"
        for case in self._open_now()[:RACES]:
            self.helpline.race(("asha", other), case)
        self.asking.take_back([case for case in cases if case.cancels == "waiting"])
        for case in cases:
            if case.service == WALSALL:
                code = self.helpline.hands["asha"].post(f"requests/{case.id}/claim").status_code
                seen = [row["id"] for row in self.helpline.hands["asha"].get("queue").get_json()["rows"]]
                self.ledger.hold(Promise.OWN_SERVICE, code == ENDED and case.id not in seen)

    def _open_now(self) -> list[Case]:
        """The cases that can be rung now, as the desk shows them."""
        rows = self.helpline.rows(self.helpline.awake("asha"))
        return [self.helpline.cases[row["id"]] for row in rows if row["open"] and row["state"] == "waiting"]

    def _until(self, moment: datetime, *names: str) -> None:
        """Let these two work, ten minutes at a time, until `moment`; the lead looks in every other hour."""
        while self.stage.clock() < moment:
            self.stage.clock.forward(minutes=STEP_MINUTES)
            self.stage.background()
            for name in names:
                self.helpline.work(name)
            if self.stage.clock().hour % 2 == 0 and self.stage.clock().minute == 0:
                self.helpline.settle_as_lead("lena")

    def _ben_leaves(self) -> None:
        """Ben goes with one request claimed and one open before him; Cleo comes, and Asha approves her."""
        ben, lena = self.helpline.awake("ben"), self.helpline.awake("lena")
        claimed, opened = self._open_now()[:2]
        ben.post(f"requests/{claimed.id}/claim")
        self.helpline.open(ben, opened)
        people = {each["name"]: each["id"] for each in lena.get("people").get_json()["people"]}
        lena.post("people/leave", {"id": people["ben"]})
        rows = {row["id"]: row["state"] for row in lena.get("queue").get_json()["rows"]}
        self.ledger.hold(Promise.GIVEN_BACK, (rows[claimed.id], rows[opened.id]) == ("waiting", "lead"))
        self.ledger.hold(Promise.LEAVER, ben.post("awake").status_code == 401)
        self.ledger.hold(Promise.LEAVER, ben.sign_in().status_code == 403)
        refused = self.helpline.command("helpline", "open", claimed.id, "--keyfile", str(ben.keyfile))
        self.ledger.hold(Promise.LEAVER, refused.exit_code == 1)
        cleo = self.helpline.join("cleo")
        self.helpline.approve("asha", "cleo")
        for request in self.stage.linden.desk.waiting(DUDLEY):
            self.ledger.hold(Promise.NEWCOMER, cleo.kid() in self._sealed_to(request))

    def _over_the_change(self, kept: Case, late: Case) -> None:
        """Two ask for the time the change falls into: one is rung in the hour that comes twice, to the other nobody gets in time.

        What they ask is sealed to Ben no more."""
        for case, not_before in ((kept, CHANGE), (late, OVER)):
            case.picks, case.cancels, case.not_before = (0,), "", not_before
        self._wave([kept, late])
        self.ledger.hold(Promise.CLOCK_CHANGE, kept.windows[-1].end == late.windows[-1].end == OVER + LAST_START)
        for request in self.stage.linden.desk.waiting(DUDLEY):
            if request.id in (kept.id, late.id):
                self.ledger.hold(Promise.LEAVER, self.helpline.hands["ben"].kid() not in self._sealed_to(request))

    def _asha_loses_her_key(self) -> None:
        """Her passphrase is gone: she leaves by command, comes again by a new name, and the recovery key seals to her what waits."""
        line = self.helpline
        line.command("helpline", "leave", "asha", "--service", DUDLEY)
        again = line.join("asha again")
        line.approve_by_recovery("asha again")
        waiting = self.stage.linden.desk.waiting(DUDLEY)
        self.ledger.hold(Promise.RECOVERED, all(again.kid() not in self._sealed_to(request) for request in waiting))
        for more in (("--rehearse",), ()):
            done = line.command("helpline", "recover", "--service", DUDLEY, "--recovery-key", str(line.recovery), *more)
            said = f"{len(waiting)} of {len(waiting)} requests"
            self.ledger.hold(Promise.RECOVERED, done.exit_code == 0 and done.output.startswith(said), said)
        for request in self.stage.linden.desk.waiting(DUDLEY):
            self.ledger.hold(Promise.RECOVERED, again.kid() in self._sealed_to(request))

    def _he_comes(self) -> None:
        """The abuser tries everything while others wait."""
        waiting = [self.helpline.cases[each.id] for each in self.stage.linden.desk.waiting(DUDLEY) if each.id in self.helpline.cases]
        first = min(waiting, key=lambda case: (case.way == "text", case.number))  # a phone that never texted, as his has not
        self.abuser.guess(first)
        self.abuser.ask_about(first)
        self.abuser.pose_as_her(first)
        self.abuser.flood(first)
        self.abuser.send_again()

    def _search(self) -> None:
        """Nothing of hers stands in any file that was written, or was announced."""
        files = [path for path in self.stage.folder.rglob("*") if path.is_file() and self.helpline.safe not in path.parents]
        written = b"\0".join([*(path.read_bytes() for path in files), *(told.said for told in self.stage.told)])
        for case in self.cases:
            self.ledger.hold(Promise.UNREADABLE, not any(secret.encode() in written for secret in secrets_of(case)))

    def _audited(self) -> None:
        """Every reveal is a row, the chain is whole, and the lead heard in time of what was missed next door."""
        with Session(self.stage.linden.queue, future=True) as session:
            rows = audit.list_entries(session)
            alerts = {alert.request for alert in session.query(LeadAlert) if alert.kind == Outcome.MISSED.value}
        self.ledger.hold(Promise.AUDITED, audit.first_broken(self.stage.linden.keys.derive("audit/mac"), rows) is None)
        for case in self.helpline.cases.values():
            self.ledger.hold(Promise.AUDITED, _opened(rows, case) == len(case.tries))
        for case in self.cases:
            if case.service == WALSALL:
                ends = [window.end for window in case.windows]
                heard = [told.at for told in self.stage.told if told.path == f"/{WALSALL}/lead"]
                in_time = all(any(end - CLOSING <= at < end for at in heard) for end in ends)
                self.ledger.hold(Promise.LEAD_TOLD, in_time and case.id in alerts)

    def _deleted(self) -> None:
        """The lead settles what is left; a day and more later everything is gone, and a backup opens for nobody."""
        self.helpline.settle_as_lead("lena")
        self.stage.clock.forward(hours=31)
        self.stage.background()
        with Session(self.stage.linden.queue, future=True) as session:
            left, stones = session.query(CallbackRequest).count(), {stone.id for stone in session.query(Tombstone)}
        for case in self.cases:
            self.ledger.hold(Promise.DELETED, left == 0 and case.id in stones)
        self.ledger.hold(Promise.SHREDDED, self.stage.linden.desk.keyring.epochs() == [])
        self.copies.bring_back_late()
        self.abuser.send_again_late()

    def _sealed_to(self, request: CallbackRequest) -> list[str]:
        inner: dict[str, Any] = self.stage.linden.desk.inner_of(request)
        return list(inner["recipients"])


def _opened(rows: list[AuditEntry], case: Case) -> int:
    """How often the audit says that a case was opened."""
    return sum(row.action == "open" and row.request == case.id for row in rows)
