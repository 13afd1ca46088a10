"""Work is announced without a word of what it is, once, and the lead hears before a window is missed."""

import asyncore
import http.server
import json
import smtpd
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from flask import Flask

from tests.clock import NOON
from tests.conftest import PASSPHRASE, Clock
from tests.desk_hand import Hand
from tests.test_desk import SENTINEL, wanted
from webhook.handoff.keyfile import open_keyfile
from webhook.handoff.outcomes import Outcome
from webhook.handoff.retention import run_retention
from webhook.handoff.windows import Window
from webhook.helpline.notify import FILE, Announcer
from webhook.helpline.opening import open_request
from webhook.helpline.watch import watch
from webhook.helpline.words import DeskWords
from webhook.parts import Parts
from webhook.store import requests, workers
from webhook.store.engine import transaction
from webhook.store.models import LeadAlert
from webhook.store.staff_models import Hidden, Told

TO_LEAD = Outcome.TO_LEAD.value


class Letters(smtpd.SMTPServer):
    """A mail server on this machine that keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), None)
        self.port = self.socket.getsockname()[1]
        self.kept: list[tuple[list[str], str]] = []

    def process_message(self, peer, mailfrom, rcpttos, data, **kwargs) -> None:
        self.kept.append((list(rcpttos), data.decode()))


@pytest.fixture
def letters() -> Iterator[Letters]:
    server = Letters()
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            asyncore.loop(timeout=0.05, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    yield server
    over.set()
    thread.join()
    server.close()


@pytest.fixture
def hooked() -> Iterator[tuple[str, list[dict]]]:
    kept: list[dict] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", kept
    server.shutdown()


@pytest.fixture
def announcer(linden: Parts, root: Path, letters: Letters, hooked) -> Announcer:
    who = {"mail": ["desk@example.org"], "lead_mail": ["lead@example.org"], "webhook": hooked[0]}
    body = {"smtp": {"host": "127.0.0.1", "port": letters.port, "from": "linden@example.org", "tls": False}, "services": {"demo-dudley": who}}
    (linden.config.var / FILE).write_text(yaml.safe_dump(body))
    return Announcer.load(linden.config.var, DeskWords.load(root), "http://localhost:8080")


def test_new_work_is_announced_once_and_without_detail(linden: Parts, keys, clock: Clock, announcer: Announcer, letters: Letters, hooked) -> None:
    linden.desk.submit(wanted(clock, danger=True, booked="interpreter: Polish"), "key-1")
    for _ in range(3):
        watch(linden, announcer)
    assert [to for to, _ in letters.kept] == [["desk@example.org"]]
    assert len(hooked[1]) == 1
    for said in (letters.kept[0][1], json.dumps(hooked[1])):
        assert "http://localhost:8080/helpline/" in said
        for detail in (SENTINEL, "7700", "danger", "Polish", "Dudley", linden.desk.waiting()[0].id):
            assert detail not in said


def test_the_lead_hears_half_an_hour_before_an_unclaimed_window_closes(linden: Parts, keys, clock: Clock, announcer: Announcer, letters) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    clock.forward(minutes=89)
    watch(linden, announcer)
    assert ["lead@example.org"] not in [to for to, _ in letters.kept]
    clock.forward(minutes=1)
    for _ in range(2):
        watch(linden, announcer)
    assert [to for to, _ in letters.kept].count(["lead@example.org"]) == 1


def test_nobody_is_alarmed_for_what_is_being_rung(linden: Parts, keys, clock: Clock, announcer, letters, app: Flask, tmp_path: Path) -> None:
    asha = Hand(app, "asha", tmp_path).enrol()
    linden.desk.submit(wanted(clock), "key-1")
    clock.forward(minutes=75)
    asha.sign_in()
    asha.post(f"requests/{linden.desk.waiting()[0].id}/claim")
    clock.forward(minutes=15)
    watch(linden, announcer)
    assert ["lead@example.org"] not in [to for to, _ in letters.kept]


def test_the_lead_hears_of_each_window_and_of_what_was_missed(linden: Parts, keys, clock: Clock, announcer: Announcer, letters) -> None:
    windows = tuple(Window(NOON + timedelta(hours=a), NOON + timedelta(hours=a + 1)) for a in (0, 24))
    linden.desk.submit(wanted(clock, windows=windows), "key-1")
    for hours in (0.6, 24.6, 25):
        clock.moment = NOON + timedelta(hours=hours)
        watch(linden, announcer)
    assert [to for to, _ in letters.kept].count(["lead@example.org"]) == 3


def test_the_lead_hears_of_what_expired_though_a_fourth_window_was_left(linden: Parts, keys, clock: Clock, announcer: Announcer, letters) -> None:
    windows = tuple(Window(NOON + timedelta(days=day), NOON + timedelta(days=day, hours=1)) for day in range(4))
    linden.desk.submit(wanted(clock, windows=windows), "key-1")
    watch(linden, announcer)
    clock.forward(days=2, hours=1)
    run_retention(linden.queue, linden.desk.keyring, linden.now())
    assert linden.desk.waiting() == []
    for hours in (0, 25):
        clock.forward(hours=hours)
        run_retention(linden.queue, linden.desk.keyring, linden.now())
        watch(linden, announcer)
    assert [to for to, _ in letters.kept] == [["desk@example.org"], ["lead@example.org"]]


def test_what_was_announced_as_missed_is_not_announced_again_when_it_expires(linden: Parts, keys, clock: Clock, announcer, letters) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    clock.forward(minutes=101)
    watch(linden, announcer)
    clock.forward(minutes=20)
    run_retention(linden.queue, linden.desk.keyring, linden.now())
    watch(linden, announcer)
    assert [to for to, _ in letters.kept] == [["lead@example.org"]]


def test_something_opened_and_left_is_brought_to_the_lead(linden: Parts, keys, clock: Clock, announcer, letters, app: Flask, tmp_path: Path) -> None:
    asha = Hand(app, "asha", tmp_path).enrol()
    linden.desk.submit(wanted(clock), "key-1")
    request_id = linden.desk.waiting()[0].id
    asha.post(f"requests/{request_id}/claim")
    asha.post(f"requests/{request_id}/open")
    for hours in (3, 4):
        clock.moment = NOON + timedelta(hours=hours)
        watch(linden, announcer)
    assert [to for to, _ in letters.kept].count(["lead@example.org"]) == 1


def test_what_belonged_to_a_deleted_request_goes_with_it(linden: Parts, root: Path, keys, clock: Clock, app: Flask, tmp_path: Path) -> None:
    asha = Hand(app, "asha", tmp_path).enrol()
    linden.desk.submit(wanted(clock), "key-1")
    request_id = linden.desk.waiting()[0].id
    asha.post(f"requests/{request_id}/claim")
    asha.post(f"requests/{request_id}/hand-back", {"hide": True})
    silent = Announcer(DeskWords.load(root), "http://localhost:8080")
    watch(linden, silent)
    with transaction(linden.queue) as session:
        assert [session.query(table).count() for table in (Hidden, Told)] == [1, 1]
    linden.desk.cancel(linden.receipts.of(request_id))
    clock.forward(hours=25)
    assert run_retention(linden.queue, linden.desk.keyring, linden.now()).deleted == 1
    with transaction(linden.queue) as session:
        assert [session.query(table).count() for table in (Hidden, Told)] == [0, 0]


def test_a_mail_server_that_is_down_stops_nothing(linden: Parts, keys, clock: Clock, announcer: Announcer, letters: Letters, caplog) -> None:
    letters.close()
    linden.desk.submit(wanted(clock), "key-1")
    watch(linden, announcer)
    assert "was not delivered" in caplog.text
    assert "example.org" not in caplog.text


def test_without_a_file_nobody_is_told(linden: Parts, root: Path, keys, clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    watch(linden, Announcer.load(linden.config.var, DeskWords.load(root), "http://localhost:8080"))


def test_the_desk_by_command(app: Flask, keys, tmp_path: Path) -> None:
    runner = app.test_cli_runner(env={"LINDEN_PASSPHRASE": PASSPHRASE})

    def run(*words: str) -> str:
        return runner.invoke(args=["helpline", *words]).output

    assert "http://localhost:8080/helpline/enrol#" in run("invite", "ben", "--service", "demo-dudley")
    Hand(app, "asha", tmp_path).enrol(approved=False)
    assert "asha  worker  key waits for approval" in run("staff")
    assert "somebody called asha" in run("invite", "asha", "--service", "demo-dudley")
    assert "asha has left; 1 keys end" in run("leave", "asha", "--service", "demo-dudley")
    assert "asha" not in run("staff")
    assert "no worker called asha" in run("leave", "asha", "--service", "demo-dudley")


@pytest.mark.parametrize(
    ("state", "kind", "outcome"), [("claimed", "claim returned, worker left", None), ("opened", "left open, worker left", TO_LEAD)]
)
def test_a_worker_made_by_command_who_leaves_gives_back_what_they_held_and_the_lead_is_told(
    app: Flask, linden: Parts, keys, clock: Clock, announcer: Announcer, letters, state: str, kind: str, outcome: str | None
) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    watch(linden, announcer)
    request_id = linden.desk.waiting()[0].id
    with transaction(linden.queue) as session:
        requests.claim_request(session, request_id, "worker", clock().replace(tzinfo=None))
    if state == "opened":
        open_request(linden.desk, request_id, open_keyfile(keys["worker"], PASSPHRASE))
    app.test_cli_runner().invoke(args=["helpline", "leave", "worker", "--service", "demo-dudley"])
    with transaction(linden.queue) as session:
        assert workers.find_by_name(session, "worker", "demo-dudley") == []
        request = requests.find_request(session, request_id)
        assert (request.state, request.claimer, request.lease_ends, request.outcome) == ("waiting", None, None, outcome)
        assert [(alert.request, alert.kind) for alert in session.query(LeadAlert)] == [(request_id, kind)]
    for _ in range(2):
        watch(linden, announcer)
    assert [to for to, _ in letters.kept] == [["desk@example.org"], ["lead@example.org"]]
