"""The queue of sealed requests: refused without keys, one receipt, opened by its keys in a safe time, cancelled by words."""

import threading
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.conftest import PASSPHRASE, Clock, add_keys
from webhook.handoff import EpochKeyGone, KeyfileInvalid, NobodyToSealTo, NoSuchRecord, NotNow, NotYours
from webhook.handoff.desk import Wanted
from webhook.handoff.keyfile import make_keyfile, open_keyfile
from webhook.handoff.keyring import Keyring
from webhook.handoff.windows import Window
from webhook.helpline.opening import open_request
from webhook.parts import Parts
from webhook.store import requests, workers
from webhook.store.engine import transaction
from webhook.store.models import AuditEntry, CallbackRequest

SENTINEL = "sentinel phrase of the desk"


def wanted(clock: Clock, **changes: object) -> Wanted:
    window = Window(clock().astimezone(UTC), clock().astimezone(UTC) + timedelta(hours=2))
    plain = {"number": "+447700900123", "her_word": SENTINEL}
    return replace(Wanted("demo-dudley", (window,), plain, False, False, None), **changes)


def waiting_id(linden: Parts) -> str:
    return linden.desk.waiting()[0].id


@pytest.mark.parametrize("who", ["worker", "recovery"])
def test_an_approved_key_opens_it_in_a_safe_time(linden: Parts, keys: dict[str, Path], clock: Clock, who: str) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    opened = open_request(linden.desk, waiting_id(linden), open_keyfile(keys[who], PASSPHRASE))
    assert opened["number"] == "+447700900123"


def test_nothing_else_opens_it(linden: Parts, keys: dict[str, Path], clock: Clock, tmp_path: Path) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    make_keyfile(tmp_path / "stranger.json", PASSPHRASE)
    with pytest.raises(NotYours):
        open_request(linden.desk, waiting_id(linden), open_keyfile(tmp_path / "stranger.json", PASSPHRASE))
    other = add_keys(tmp_path, linden, "demo-walsall")
    with pytest.raises(NoSuchRecord):
        open_request(linden.desk, waiting_id(linden), open_keyfile(other["worker"], PASSPHRASE))
    with pytest.raises(KeyfileInvalid, match="passphrase"):
        open_keyfile(keys["worker"], "a wrong one")


def test_a_key_not_yet_approved_gets_nothing_and_opens_nothing(linden: Parts, keys: dict[str, Path], clock: Clock, tmp_path: Path) -> None:
    late = make_keyfile(tmp_path / "late.json", PASSPHRASE)
    with transaction(linden.queue) as session:
        workers.add_key(session, kid=late.kid, service="demo-dudley", name="late", public_key=late.public_key, recovery=False, approved=None)
    linden.desk.submit(wanted(clock), "key-1")
    with pytest.raises(NotYours):
        open_request(linden.desk, waiting_id(linden), open_keyfile(tmp_path / "late.json", PASSPHRASE))


def test_without_keys_it_refuses_to_seal_and_names_the_three_commands(linden: Parts, clock: Clock) -> None:
    with pytest.raises(NobodyToSealTo) as refused:
        linden.desk.submit(wanted(clock), "key-1")
    for command in ("recovery-key", "add-worker", "approve"):
        assert f"helpline {command}" in str(refused.value)
    assert linden.desk.waiting() == []


@pytest.mark.parametrize("missing", ["worker", "recovery"])
def test_either_key_missing_is_a_refusal(linden: Parts, keys: dict[str, Path], clock: Clock, missing: str) -> None:
    with transaction(linden.queue) as session:
        for key in workers.find_by_name(session, missing, "demo-dudley"):
            key.left = clock().replace(tzinfo=None)
    with pytest.raises(NobodyToSealTo):
        linden.desk.submit(wanted(clock), "key-1")


def test_the_same_key_gives_the_same_receipt_and_one_record(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    first, second = (linden.desk.submit(wanted(clock), "key-1") for _ in range(2))
    assert first == second
    assert len(linden.desk.waiting()) == 1
    assert linden.desk.submit(wanted(clock), "key-2") != first


def test_two_retries_at_once_make_one_record(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    receipts: list[str] = []
    threads = [threading.Thread(target=lambda: receipts.append(linden.desk.submit(wanted(clock), "key-1"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 6
    assert len(set(receipts)) == 1
    assert len(linden.desk.waiting()) == 1


def test_outside_a_safe_time_it_says_when_the_next_one_is(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    clock.forward(minutes=101)
    with pytest.raises(NotNow, match="no safe time is left"):
        open_request(linden.desk, waiting_id(linden), open_keyfile(keys["worker"], PASSPHRASE))
    clock.forward(minutes=-300)
    with pytest.raises(NotNow, match="the next safe time is Monday 23 November"):
        open_request(linden.desk, waiting_id(linden), open_keyfile(keys["worker"], PASSPHRASE))


def test_one_of_two_workers_wins_and_a_lapsed_claim_returns(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    now, request_id = clock().replace(tzinfo=None), waiting_id(linden)
    with transaction(linden.queue) as session:
        assert requests.claim_request(session, request_id, "anna", now)
        assert not requests.claim_request(session, request_id, "ben", now)
        assert requests.claim_request(session, request_id, "ben", now + timedelta(minutes=21))


def test_once_opened_it_never_returns_by_itself_and_is_in_the_audit(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    request_id = waiting_id(linden)
    open_request(linden.desk, request_id, open_keyfile(keys["worker"], PASSPHRASE))
    with transaction(linden.queue) as session:
        assert not requests.claim_request(session, request_id, "ben", clock().replace(tzinfo=None) + timedelta(days=1))
        entry = session.query(AuditEntry).filter_by(action="open").one()
        assert (entry.worker, entry.action, entry.hour.minute) == ("worker", "open", 0)


def test_the_receipt_cancels_and_tells_nothing(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    receipt = linden.desk.submit(wanted(clock), "key-1")
    request_id = waiting_id(linden)
    assert linden.desk.cancel("apple pear") is None
    assert linden.desk.cancel(receipt.upper().replace("-", "  ")) is None
    assert linden.desk.waiting() == []
    with pytest.raises(NoSuchRecord):
        open_request(linden.desk, request_id, open_keyfile(keys["worker"], PASSPHRASE))


def test_a_destroyed_day_can_never_be_read(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    linden.desk.keyring.destroy("2026-11-23")
    with pytest.raises(EpochKeyGone):
        open_request(linden.desk, waiting_id(linden), open_keyfile(keys["recovery"], PASSPHRASE))


def test_only_the_columns_meant_to_be_clear_are(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    with Session(linden.queue) as session:
        row = session.query(CallbackRequest).one()
    held = {column.name: getattr(row, column.name) for column in CallbackRequest.__table__.columns}
    assert SENTINEL not in str({name: value for name, value in held.items() if name != "record"})
    assert SENTINEL.encode() not in held["record"]
    assert held["received"].minute == 0


def test_a_keyring_makes_one_key_for_many_at_once(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "ring")
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(ring.make_or_get("2026-11-23"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "ring").iterdir()] == ["2026-11-23.key"]
    assert (tmp_path / "ring" / "2026-11-23.key").stat().st_mode & 0o777 == 0o600


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    make_keyfile(tmp_path / "k.json", PASSPHRASE)
    with pytest.raises(KeyfileInvalid, match="there already"):
        make_keyfile(tmp_path / "k.json", PASSPHRASE)
