"""The faults that must be survived, one by one (docs/faults.md); samples by default, full counts with LINDEN_SOAK=1.

Those that need every program at once are in tests/test_stack.py.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import secrets
import sqlite3
import string
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from tests.conftest import PASSPHRASE, ROOT, Clock, Scripted, add_keys, make_app
from tests.desk_hand import HOST, ORIGIN
from tests.engines import Redis
from tests.test_desk import wanted
from tests.test_page import Page
from webhook.app import create_app
from webhook.handoff import EpochKeyGone, NobodyToSealTo, NotYours
from webhook.handoff.casework import Caller, Casework
from webhook.handoff.desk import Desk, naive
from webhook.handoff.envelope import Recipient, point, unseal
from webhook.handoff.keyfile import open_keyfile
from webhook.handoff.keyring import Keyring
from webhook.handoff.receipt import Receipts
from webhook.handoff.windows import offered
from webhook.helpline.opening import open_request
from webhook.keys import Keys
from webhook.parts import NAME, Parts
from webhook.store import audit, workers
from webhook.store import requests as queue
from webhook.store.engine import open_queue, transaction
from webhook.store.models import CallbackRequest, TextMessage, WorkerKey

FULL = os.environ.get("LINDEN_SOAK") == "1"
SLACK = 0.3 if FULL else 3.0  # seconds beyond a budget: samples run beside other work
LIFELINES = ("999", "0808 2000 247", "0808 801 0327")
NOW = "he has got a knife and hes outside"


def size(sample: int, full: int) -> int:
    return full if FULL else sample


def someone(client: FlaskClient, number: int) -> FlaskClient:
    """A client of the same application on a network of its own, so that no limit is shared."""
    person = client.application.test_client()
    person.environ_base = client.environ_base | {"REMOTE_ADDR": f"10.{number // 256}.{number % 256}.1"}
    return person


def opened(client: FlaskClient) -> str:
    return client.post("/chat/open").get_json()["session"]


def say(client: FlaskClient, session: str, **body: object):
    return client.post("/chat/message", json=body, headers={"X-Chat-Session": session})


def send_text(client: FlaskClient, linden: Parts, body: str, sid: str | None = None, sender: str = "+447700900123"):
    form = {"MessageSid": sid or f"SM{secrets.token_hex(16)}", "From": sender, "Body": body}
    signature = RequestValidator(linden.twilio_token).compute_signature(f"{linden.config.own_url}/sms", form)
    return client.post("/sms", data=form, headers={"X-Twilio-Signature": signature})


def filled_form(client: FlaskClient) -> dict[str, str]:
    page = Page(client.post("/callback/form", data={"area": "Dudley"}).data)
    window = next(a["value"] for tag, a in page.tags if tag == "input" and a.get("name") == "window")
    return {"service": "demo-dudley", "key": page.hidden("key"), "window": window, "number": "07700 900123"}


def kill_rounds(folder: Path, rounds: int, mode: str) -> dict[str, str]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.kill_rounds", str(folder), str(rounds), "7", mode]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    return json.loads(done.stdout.splitlines()[-1])


def front_door(folder: Path, clock: Clock) -> Parts:
    return create_app({"LINDEN_VAR": str(folder)}, ROOT, assistant=Scripted(), now=clock).extensions[NAME]


@pytest.mark.fault(1)
def test_killed_while_writing_every_acknowledged_request_is_there_once_and_opens(tmp_path: Path, clock: Clock, record_property) -> None:
    rounds = size(20, 200)
    acknowledged = kill_rounds(tmp_path, rounds, "writing")
    linden = front_door(tmp_path, clock)
    key = open_keyfile(tmp_path / "demo-dudley-worker.json", PASSPHRASE)
    kept = linden.desk.waiting()
    receipts = [linden.receipts.of(request.id) for request in kept]
    with Session(linden.queue, future=True) as session:
        for idempotency, receipt in acknowledged.items():
            found = queue.find_by_key(session, linden.keys.tag("callback/key", idempotency))
            assert found is not None, f"{idempotency} was acknowledged and is lost"
            assert linden.receipts.of(found.id) == receipt
    assert len({request.key_tag for request in kept}) == len(kept) >= len(acknowledged) >= rounds
    assert set(acknowledged.values()) <= set(receipts)
    opened = [unseal(linden.desk.inner_of(request), request.id, request.service, key) for request in kept]
    assert all(record["number"] == "+447700900123" for record in opened), "one was half written"
    record_property("size", f"{rounds} kills, {len(acknowledged)} acknowledged, {len(kept)} kept, all opened")


@pytest.mark.fault(2)
def test_killed_between_commit_and_reply_the_retry_gets_the_one_receipt(tmp_path: Path, clock: Clock, record_property) -> None:
    rounds = size(5, 50)
    kill_rounds(tmp_path, rounds, "committed")
    linden = front_door(tmp_path, clock)
    assert len(linden.desk.waiting()) == rounds, "every one was committed before the kill"
    for number in range(rounds):
        assert linden.desk.submit(wanted(clock), f"lost-{number}") == linden.desk.submit(wanted(clock), f"lost-{number}")
    assert len(linden.desk.waiting()) == rounds
    record_property("size", f"{rounds} kills after the commit, each retried twice")


@pytest.mark.fault(3)
def test_with_the_disk_full_a_person_is_told_so_and_it_recovers_by_itself(
    client: FlaskClient, linden: Parts, keys: dict[str, Path], record_property
) -> None:
    form, small = filled_form(client), [True]

    def fill(connection, _) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0] if small[0] else 1_000_000
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(linden.queue, "connect", fill)
    linden.queue.dispose()
    refused = [client.post("/callback", data=form | {"key": secrets.token_hex(16), "her_word": "w" * 30, "danger_today": "yes"}) for _ in range(12)]
    last = refused[-1]
    texted = send_text(client, linden, "hello")
    assert last.status_code == 503
    assert {answer.status_code for answer in refused} <= {201, 429, 503}
    assert all(line in last.get_data(as_text=True) for line in LIFELINES)
    assert linden.words.say("utter_form_not_saved") in unescape(last.get_data(as_text=True))
    assert texted.status_code == 200
    assert say(client, opened(client), text="hello", turn=1).status_code == 200
    small[0] = False
    linden.queue.dispose()
    assert client.post("/callback", data=form | {"danger_today": "yes"}).status_code == 201
    record_property("size", "max_page_count of SQLite; 12 requests, a text and a chat meanwhile")


@pytest.mark.fault(4)
def test_with_the_queue_locked_for_long_the_chat_goes_on_and_nobody_waits(
    client: FlaskClient, linden: Parts, keys: dict[str, Path], record_property
) -> None:
    form, many = filled_form(client), size(24, 120)
    holder = linden.queue.raw_connection()
    holder.isolation_level = None
    holder.execute("BEGIN IMMEDIATE")

    def ask(i: int) -> tuple[int, float, str]:
        person, started = someone(client, i), time.monotonic()
        if i % 3:
            answer = say(person, opened(person), text="hello", turn=1)
        else:
            answer = person.post("/callback", data=form | {"key": secrets.token_hex(16), "danger_today": "yes"})
        return answer.status_code, time.monotonic() - started, answer.get_data(as_text=True)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(many)))
    assert client.get("/readyz").status_code == 503
    holder.execute("ROLLBACK")
    holder.close()
    assert {status for status, _, _ in answers} == {200, 503}
    assert all(all(line in body for line in LIFELINES) for status, _, body in answers if status == 503)
    slowest = sorted(seconds for _, seconds, _ in answers)[int(many * 0.99) - 1]
    assert slowest < 3.0 + SLACK
    assert client.post("/callback", data=form | {"danger_today": "yes"}).status_code == 201
    assert client.get("/readyz").get_json()["parts"]["queue"] is True
    record_property("size", f"{many} requests, SQLite locked throughout; p99 {slowest:.2f} s")


class Misbehaving(BaseHTTPRequestHandler):
    """A Rasa that does not do what it should; how is said by its server."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        how = self.server.how
        if how == "slow":
            self.server.let_go.wait(30)
        body = {
            "not json": b"<html>",
            "other json": b'{"replies": [{"x": 1}]}',
            "a list": b"[]",
            "nothing": b"",
            "error": b'{"error": "no"}',
        }.get(how, json.dumps({"replies": [{"id": "utter_greet", "text": "Hello."}], "ranking": [["greet", 0.9]]}).encode())
        self.send_response(500 if how == "error" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def misbehaving() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    server.daemon_threads, server.how, server.let_go = True, "well", threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.let_go.set()
    server.shutdown()
    server.server_close()


@pytest.mark.fault(5)
@pytest.mark.parametrize("how", ["down", "slow", "not json", "other json", "a list", "nothing", "error"])
def test_whatever_rasa_does_the_front_door_answers_in_time_and_it_recovers(tmp_path: Path, clock: Clock, how: str, record_property) -> None:
    with misbehaving() as rasa:
        address = f"http://127.0.0.1:{rasa.server_port}"
        app = make_app(tmp_path, None, clock, RASA_URL=address)
        linden: Parts = app.extensions[NAME]
        client = app.test_client()
        assert "Hello." in say(client, opened(client), text="hello", turn=1).get_data(as_text=True)
        rasa.how = how
        if how == "down":
            linden.rasa.url = "http://127.0.0.1:9"
        session, times = opened(client), {}
        for name, body, budget in (("danger", NOW, 0.5), ("web", "what is a dvpo", 2.5), ("web again", "and then", 2.5)):
            started = time.monotonic()
            answer = say(client, session, text=body, turn=len(times) + 1)
            times[name] = time.monotonic() - started
            assert answer.status_code == 200
            assert "999" in answer.get_data(as_text=True)
            assert times[name] < budget + SLACK, f"{name} took {times[name]:.2f} s"
        started = time.monotonic()
        texted = send_text(client, linden, "what is a dvpo")
        times["sms"] = time.monotonic() - started
        assert "999" in texted.get_data(as_text=True)
        assert times["sms"] < 1.5 + SLACK
        rasa.how = "well"
        rasa.let_go.set()
        linden.rasa.url = address
        linden.rasa.breaker.next_try = 0.0
        assert "Hello." in say(client, session, text="hello", turn=9).get_data(as_text=True)
    record_property("size", f"{how}: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items()))


@pytest.mark.fault(5)
def test_once_rasa_has_failed_several_times_nobody_waits_for_it(tmp_path: Path, clock: Clock, record_property) -> None:
    with misbehaving() as rasa:
        app = make_app(tmp_path, None, clock, RASA_URL=f"http://127.0.0.1:{rasa.server_port}")
        linden: Parts = app.extensions[NAME]
        rasa.how = "error"
        client = app.test_client()
        for turn in range(1, 4):
            say(client, opened(client), text="hello", turn=turn)
        linden.rasa.breaker.next_try = linden.rasa.breaker.clock() + 3600
        rasa.how = "slow"
        answers = [say(client, opened(client), text="hello", turn=1) for _ in range(8)]
        assert all("0808 2000 247" in answer.get_data(as_text=True) for answer in answers)
        assert linden.metrics.rasa.labels("not asked")._value.get() == 8
    record_property("size", "3 failures, then 8 turns of which none waited")


@pytest.mark.fault(6)
@pytest.mark.parametrize("how", ["down", "restarted", "hung"])
def test_whatever_redis_does_nobody_sees_an_error_and_nothing_happens_twice(
    redis: Redis, tmp_path: Path, scripted: Scripted, clock: Clock, how: str, record_property
) -> None:
    app = make_app(tmp_path, scripted, clock, REDIS_URL=redis.url)
    linden: Parts = app.extensions[NAME]
    client = app.test_client()
    send_text(client, linden, "hello", sid="SM-before")
    before = len(scripted.sent)
    redis.hang() if how == "hung" else redis.stop()
    if how == "restarted":
        redis.start()
    started, statuses = time.monotonic(), set()
    for turn in range(1, 11):
        session = opened(client)
        statuses |= {say(client, session, text="hello", turn=turn).status_code for _ in range(2)}
        assert say(client, session, text=NOW, turn=turn + 1).get_json()["danger"] == "now"
    took = time.monotonic() - started
    twice = send_text(client, linden, "hello", sid="SM-before")
    assert statuses == {200}
    assert twice.status_code == 200
    assert len(scripted.sent) - before == 20, "each turn once, its repeat and the repeated text never"
    assert took < 10 + SLACK
    record_property("size", f"{how}: 30 requests in {took:.1f} s, one repeated text")


@pytest.mark.fault(8)
def test_a_replay_after_a_day_and_after_eight_has_no_second_effect(
    client: FlaskClient, linden: Parts, scripted: Scripted, clock: Clock, record_property
) -> None:
    sids = [f"SM{i:032x}" for i in range(size(20, 200))]
    first = {sid: send_text(client, linden, "hello", sid=sid, sender=f"+44770090{i:04d}").data for i, sid in enumerate(sids)}
    asked, chance = len(scripted.sent), random.Random(8)
    for days in (1, 7):
        clock.forward(days=days)
        chance.shuffle(sids)
        for sid in sids:
            again = send_text(client, linden, "hello", sid=sid, sender="+447700900123")
            assert again.status_code == 200
            assert "".join(ElementTree.fromstring(again.data).itertext()) == "" or again.data == first[sid]
    with Session(linden.queue, future=True) as session:
        assert session.query(TextMessage).count() == len(sids)
    assert len(scripted.sent) == asked
    record_property("size", f"{len(sids)} texts, each again after 1 and after 8 days, shuffled")


@pytest.mark.fault(9)
def test_no_forged_or_changed_signature_is_accepted_and_nothing_of_it_is_kept(
    client: FlaskClient, linden: Parts, scripted: Scripted, caplog: pytest.LogCaptureFixture, record_property
) -> None:
    caplog.set_level(logging.DEBUG)
    chance, tries = random.Random(9), size(300, 5_000)
    form = {"MessageSid": "SM1", "From": "+447700900123", "Body": "canary heron"}
    good = RequestValidator(linden.twilio_token).compute_signature(f"{linden.config.own_url}/sms", form)
    shapes = set()
    for _ in range(tries):
        place = chance.randrange(len(good) - 2)
        forged = good[:place] + chance.choice(string.ascii_letters.replace(good[place], "")) + good[place + 1 :]
        headers = {
            "X-Twilio-Signature": chance.choice((forged, good[:-3], good.lower(), "", "x" * 5000)),
            "Host": chance.choice(("localhost", "linden.example", "evil.example")),
            "X-Forwarded-Host": "linden.example",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
        }
        answer = client.post("/sms", data=form, headers=headers)
        shapes.add((answer.status_code, answer.data, tuple(sorted((k, v) for k, v in answer.headers))))
    assert len(shapes) == 1
    assert next(iter(shapes))[:2] == (403, b"")
    assert scripted.sent == []
    assert "heron" not in caplog.text
    assert linden.metrics.requests.labels("sms.receive", "4xx")._value.get() == tries
    record_property("size", f"{tries} forgeries, one shape of answer, counted and not logged")


def claim_at_once(desk: Desk, callers: list[Caller], ids: list[str]) -> dict[str, list[str]]:
    """Let everybody claim each request at the same moment, by the desk's own rules; return who got it."""
    gate, won = threading.Barrier(len(callers), timeout=60), {request_id: [] for request_id in ids}

    def claim(caller: Caller) -> None:
        for request_id in ids:
            gate.wait()
            try:
                Casework(desk).claim(caller, request_id)
                won[request_id].append(caller.name)
            except NotYours:
                continue

    with ThreadPoolExecutor(len(callers)) as pool:
        list(pool.map(claim, callers))
    return won


def desk_with(names: tuple[str, ...], url: str, folder: Path, clock: Clock) -> tuple[Desk, list[Caller]]:
    """A queue at `url` with a recovery key and somebody approved for each name."""
    secret = Keys(bytes(32))
    desk = Desk(open_queue(url), Keyring(folder / "ring"), Receipts.load(ROOT, secret), secret, clock)
    callers = []
    with transaction(desk.queue) as session:
        for name in (*names, "recovery"):
            made = Recipient.of(point(generate_private_key(SECP256R1()).public_key()))
            approved, recovery = naive(clock()), name == "recovery"
            workers.add_key(session, kid=made.kid, service="demo-dudley", name=name, public_key=made.public_key, recovery=recovery, approved=approved)
            callers.append(Caller(name, "demo-dudley", frozenset({made.kid}), lead=False))
    return desk, callers


@pytest.mark.fault(10)
def test_of_two_workers_who_claim_at_once_one_wins_and_a_lapsed_claim_comes_back(
    database_url: str, tmp_path: Path, clock: Clock, record_property
) -> None:
    rounds = size(100, 1_000)
    desk, (asha, ben, cleo, _) = desk_with(("asha", "ben", "cleo"), database_url, tmp_path, clock)
    for i in range(rounds):
        desk.submit(wanted(clock), f"key-{i}")
    ids = sorted(each.id for each in desk.waiting())
    random.Random(10).shuffle(ids)
    won = claim_at_once(desk, [asha, ben], ids)
    assert {len(names) for names in won.values()} == {1}
    assert {each.id: [each.claimer] for each in desk.waiting()} == won
    with Session(desk.queue, future=True) as session:
        written = audit.list_entries(session)
    assert {entry.request: [entry.worker] for entry in written} == won
    assert len(written) == rounds
    assert audit.first_broken(desk.keys.derive("audit/mac"), written) is None, "two rows were bound to the same one"
    clock.forward(minutes=21)
    for request_id in ids:
        Casework(desk).claim(cleo, request_id)
    assert [each.claimer for each in desk.waiting()] == ["cleo"] * rounds, "a lapsed claim was lost"
    desk.queue.dispose()
    record_property("size", f"{database_url.split(':', maxsplit=1)[0]}: {rounds} requests, two workers at once, every lapsed claim taken again")


@pytest.mark.fault(11)
@pytest.mark.parametrize("what", ["no keys", "no recovery key", "corrupt key"])
def test_without_a_good_set_of_keys_nothing_is_taken_and_it_is_said(
    client: FlaskClient, linden: Parts, tmp_path: Path, clock: Clock, what: str, record_property
) -> None:
    if what != "no keys":
        add_keys(tmp_path, linden, "demo-dudley")
    with transaction(linden.queue) as session:
        for key in session.query(WorkerKey):
            if what == "no recovery key" and key.recovery:
                session.delete(key)
            if what == "corrupt key" and not key.recovery:
                key.public_key = b"\x04" + b"\x01" * 64
    with pytest.raises(Exception) as refused:
        linden.desk.submit(wanted(clock), "key-1")
    assert linden.desk.waiting() == []
    if what != "corrupt key":
        assert isinstance(refused.value, NobodyToSealTo)
        assert client.post("/callback/form", data={"area": "Dudley"}).status_code == 503
    window = offered(linden.services[0], clock())[0].key
    form = {"service": "demo-dudley", "window": window, "number": "07700 900765", "her_word": "sentinel phrase", "key": "k"}
    answer = client.post("/callback", data=form | {"if_answered": "hang_up", "rings_back": "them"})
    assert answer.status_code == 503
    assert all(line in answer.get_data(as_text=True) for line in LIFELINES)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"900765" not in written
    assert b"sentinel phrase" not in written
    record_property("size", what)


@pytest.mark.fault(11)
def test_a_key_that_is_replaced_while_requests_come_leaves_every_one_openable(
    linden: Parts, keys: dict[str, Path], tmp_path: Path, clock: Clock, record_property
) -> None:
    stop, made = threading.Event(), []

    def send() -> None:
        while not stop.is_set():
            made.append(linden.desk.submit(wanted(clock), secrets.token_hex(8)))

    sender = threading.Thread(target=send)
    sender.start()
    for number in range(5):
        folder = tmp_path / f"turn-{number}"
        folder.mkdir()
        add_keys(folder, linden, "demo-dudley")
    stop.set()
    sender.join()
    recovery = open_keyfile(keys["recovery"], PASSPHRASE)
    assert all(open_request(linden.desk, request.id, recovery)["number"] for request in linden.desk.waiting())
    record_property("size", f"5 key sets added while {len(made)} requests were sealed")


@pytest.mark.fault(13)
def test_a_restored_backup_cannot_be_read_once_the_key_of_its_day_is_gone(
    linden: Parts, keys: dict[str, Path], tmp_path: Path, clock: Clock, record_property
) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    request = linden.desk.waiting()[0]
    backup = tmp_path / "backup"
    backup.mkdir()
    source = linden.queue.raw_connection()
    target = sqlite3.connect(backup / "queue.db")
    source.backup(target)
    target.close()
    source.close()
    linden.desk.keyring.destroy(request.epoch)
    restored = create_engine(f"sqlite:///{backup / 'queue.db'}", future=True)
    with Session(restored, future=True) as session:
        assert session.get(CallbackRequest, request.id) is not None, "the row itself came back"
    for who in ("worker", "recovery"):
        with pytest.raises(EpochKeyGone):
            open_request(linden.desk, request.id, open_keyfile(keys[who], PASSPHRASE))
    record_property("size", "one day's key destroyed; worker and recovery key both fail on the restored copy")


HOSTILE = ("\0", "\u202e", "/restart", '/intent{"x":1}@0.9', "'; DROP TABLE x;--", "{{7*7}}", "%s%n", "<script>", "\ud7ff", "👩‍👩‍👧", "\\", "a" * 999)


@pytest.mark.fault(14)
def test_nothing_a_person_can_send_breaks_an_endpoint_or_holds_others_up(app, client: FlaskClient, linden: Parts, record_property) -> None:
    chance, many = random.Random(14), size(1_000, 20_000)
    addresses = sorted({rule.rule for rule in app.url_map.iter_rules() if "<" not in rule.rule} | {"/static/../x", "/services/%00"})
    session, worst = opened(client), 0.0
    alone = ordinary_p95(app, threading.Event(), least=50)
    over = threading.Event()
    with ThreadPoolExecutor(1) as beside:
        meanwhile = beside.submit(ordinary_p95, app, over)
        for i in range(many):
            made = "".join(chance.choice((*HOSTILE, *string.printable, "he has a knife ")) for _ in range(chance.randrange(1, 40)))
            started = time.monotonic()
            answer = hostile(client, session, addresses, chance, made, i)
            worst = max(worst, time.monotonic() - started)
            assert answer.status_code < 500 or (answer.status_code in {503} and "/readyz" in str(answer.request.path)), (
                f"{answer.request.path}: {made!r}"
            )
        over.set()
        beside_it = meanwhile.result()
    assert worst < 1.0 + SLACK
    assert beside_it < 1.0 + SLACK
    record_property(
        "size",
        f"{many} requests over {len(addresses)} addresses, the slowest {worst:.2f} s; another person's p95 {alone * 1000:.0f} ms alone, "
        f"{beside_it * 1000:.0f} ms meanwhile",
    )


def hostile(client: FlaskClient, session: str, addresses: list[str], chance: random.Random, made: str, i: int):
    """Send something hostile: to the chat every other time, else to any address in any way."""
    body: object = chance.choice((made, {"text": made, "turn": i}, {"text": made, "session": made}, {"text": [made]}, [made], None, 7))
    if i % 2:
        said = {"text": made, "turn": i} if i % 3 else {"text": body, "turn": made}
        return say(client, session if i % 4 else opened_or(client, session), **said)
    send = {"json": body} if chance.random() < 0.5 else {"data": {"text": made, "session": made, "turn": made, "receipt": made, "key": made}}
    return client.open(chance.choice(addresses), method=chance.choice(("GET", "POST", "PUT", "HEAD")), **send)


def ordinary_p95(app, over: threading.Event, least: int = 0) -> float:
    """Let a person in another network talk until it is over, `least` turns at least; return the p95 of her turns in seconds."""
    client, times = app.test_client(), []
    while len(times) < least or not (over.is_set() or least):
        network = {"REMOTE_ADDR": f"10.1.{len(times) // 20 % 250}.1"}
        if len(times) % 20 == 0:
            session = client.post("/chat/open", environ_base=network).get_json()["session"]
        started = time.monotonic()
        body = {"text": "what is a dvpo", "turn": len(times)}
        assert client.post("/chat/message", json=body, headers={"X-Chat-Session": session}, environ_base=network).status_code == 200
        times.append(time.monotonic() - started)
    return sorted(times)[int(len(times) * 0.95) - 1]


FIELDS = ("text", "turn", "session", "payload", "area", "service", "key", "window", "number", "receipt", "then", "token", "credential", "inner", "Body",
    "From", "MessageSid")  # fmt: skip
WORD = st.text(max_size=80) | st.sampled_from([*HOSTILE, "demo-dudley", NOW, "07700 900123"])
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=4,
)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
BODIES = {FORM: st.dictionaries(st.sampled_from(FIELDS), WORD), JSON: st.dictionaries(st.sampled_from(FIELDS), VALUE) | VALUE}


def described(app) -> dict[str, object]:
    """Every address and method of the front door as OpenAPI; any of them takes any body, as JSON or a form."""
    paths: dict[str, dict[str, object]] = {}
    for rule in app.url_map.iter_rules():
        values = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in sorted(rule.arguments)]
        bodies = {"requestBody": {"content": {kind: {"schema": {}} for kind in BODIES}}}
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            operation = {"parameters": values, "responses": {"default": {"description": "any"}}} | ({} if method == "GET" else bodies)
            paths.setdefault(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})[method.lower()] = operation
    return {"openapi": "3.0.3", "info": {"title": "all", "version": "1"}, "paths": paths}


@pytest.mark.fault(14)
def test_schemathesis_finds_no_body_and_no_address_that_breaks_an_endpoint(app, linden: Parts, keys: dict[str, Path], record_property) -> None:
    operations = [found.ok() for found in schemathesis.from_dict(described(app)).get_all_operations()]
    sent = 0

    @settings(max_examples=size(800, 20_000), deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def attempt(data: st.DataObject) -> None:
        nonlocal sent
        operation = data.draw(st.sampled_from(operations))
        given_path = {each.name: data.draw(WORD.filter(bool)) for each in operation.path_parameters}
        body = {}
        if operation.method != "get":
            kind = data.draw(st.sampled_from(sorted(BODIES)))
            body = {"media_type": kind, "body": data.draw(BODIES[kind])}
        answer = operation.make_case(path_parameters=given_path, **body).call_wsgi(app, headers={"Host": HOST, "Origin": ORIGIN})
        sent += 1
        assert answer.status_code < 500 or operation.path == "/readyz"

    attempt()
    record_property("size", f"schemathesis and hypothesis: {sent} requests over {len(operations)} operations, the desk's among them")


def opened_or(client: FlaskClient, session: str) -> str:
    answer = client.post("/chat/open")
    return answer.get_json()["session"] if answer.status_code == 201 else session


@pytest.mark.fault(14)
@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("50,000 characters", json.dumps({"text": "he has a knife " * 3_400, "turn": 1}), 413),
        ("1 MB", json.dumps({"text": "x" * 1_000_000}), 413),
        ("deep", "[" * 30_000 + "]" * 30_000, 400),
        ("deep object", '{"text":' * 5_000 + "1" + "}" * 5_000, 400),
        ("cut off", '{"text": "he has', 400),
    ],
    ids=["long", "large", "deep-list", "deep-object", "cut-off"],
)
def test_a_body_that_is_too_much_is_refused_with_the_numbers_to_ring(client: FlaskClient, name: str, body: str, status: int, record_property) -> None:
    started = time.monotonic()
    answer = client.post("/chat/message", data=body, headers={"X-Chat-Session": opened(client), "Content-Type": "application/json"})
    took = time.monotonic() - started
    assert answer.status_code == status
    assert all(line in answer.get_data(as_text=True) for line in LIFELINES)
    assert took < 1.0 + SLACK
    record_property("size", f"{name}: {status} in {took:.2f} s")


@pytest.mark.fault(16)
def test_front_doors_whose_clocks_are_a_day_apart_do_nothing_twice_and_read_one_another(tmp_path: Path, record_property) -> None:
    behind, ahead, scripted = Clock(), Clock(), Scripted()
    ahead.forward(days=1)
    apps = [make_app(tmp_path, scripted, clock) for clock in (behind, ahead)]
    doors: list[Parts] = [app.extensions[NAME] for app in apps]
    keys = add_keys(tmp_path, doors[0], "demo-dudley")
    for app, linden in zip(apps, doors, strict=True):
        send_text(app.test_client(), linden, "what is a dvpo", sid="SM-one")
    assert len(scripted.sent) == 1
    receipts = {linden.desk.submit(wanted(behind), "key-1") for linden in doors}
    assert len(receipts) == 1
    assert len(doors[0].desk.waiting()) == 1
    opened_by = open_request(doors[0].desk, doors[0].desk.waiting()[0].id, open_keyfile(keys["worker"], PASSPHRASE))
    assert opened_by["number"] == "+447700900123"
    record_property("size", "two front doors on one queue, 24 hours apart")
