"""Deletion by the clock: rows, keys of days, what stands in the file; and what is left when a backup is brought back."""

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.clock import NOON
from tests.conftest import PASSPHRASE, Clock
from tests.test_desk import waiting_id, wanted
from webhook.handoff import EpochKeyGone
from webhook.handoff.desk import epoch_of, naive
from webhook.handoff.envelope import unseal
from webhook.handoff.keyfile import open_keyfile
from webhook.handoff.keyring import Keyring
from webhook.handoff.retention import run_retention
from webhook.handoff.windows import Window
from webhook.helpline.opening import open_request
from webhook.parts import Parts
from webhook.store import requests, retention
from webhook.store.engine import open_queue, transaction
from webhook.store.models import CallbackRequest, FloodMark, LeadAlert, RetentionRun, Tombstone
from webhook.sweeper import sweep


def swept(linden: Parts):
    return run_retention(linden.queue, linden.desk.keyring, linden.now(), sleep=lambda _: None)


def rows(linden: Parts, table: type) -> list:
    with Session(linden.queue, future=True) as session:
        return session.query(table).all()


# ---- the rules, one at a time ----------------------------------------------------------------------------------------


def test_a_cancelled_request_is_deleted_a_day_later_and_leaves_a_tombstone(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    receipt = linden.desk.submit(wanted(clock), "key-1")
    request_id = waiting_id(linden)
    linden.desk.cancel(receipt)
    clock.forward(hours=23)
    assert swept(linden).deleted == 0
    clock.forward(hours=1)
    assert swept(linden).deleted == 1
    assert rows(linden, CallbackRequest) == []
    stone = rows(linden, Tombstone)[0]
    assert (stone.id, stone.outcome, stone.received.minute, stone.ended.minute) == (request_id, "cancelled by her", 0, 0)


def test_what_nobody_opened_in_time_is_missed_by_us_and_the_lead_is_told(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    clock.forward(hours=2)
    assert swept(linden).ended == 1
    assert rows(linden, CallbackRequest)[0].outcome == "missed by us"
    assert [(alert.kind, alert.service) for alert in rows(linden, LeadAlert)] == [("missed by us", "demo-dudley")]
    swept(linden)
    assert len(rows(linden, LeadAlert)) == 1


def test_what_expires_before_its_fourth_window_is_told_to_the_lead(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    windows = tuple(Window(NOON + timedelta(days=day), NOON + timedelta(days=day, hours=2)) for day in range(4))
    linden.desk.submit(wanted(clock, windows=windows), "key-1")
    clock.forward(days=2, hours=2)
    assert swept(linden).ended == 1
    assert [(alert.kind, alert.told) for alert in rows(linden, LeadAlert)] == [("missed by us", None)]


def test_what_was_opened_waits_for_its_outcome_and_the_lead_is_told(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    open_request(linden.desk, waiting_id(linden), open_keyfile(keys["worker"], PASSPHRASE))
    clock.forward(days=3)
    swept(linden)
    assert rows(linden, CallbackRequest)[0].state == "opened"
    assert [alert.kind for alert in rows(linden, LeadAlert)] == ["opened, no outcome"]
    clock.forward(days=19)
    swept(linden)
    assert rows(linden, CallbackRequest)[0].outcome == "opened, no outcome"


@pytest.mark.parametrize("flag", ["danger", "under_18"])
def test_what_is_flagged_goes_to_the_lead_and_not_to_deletion(linden: Parts, keys: dict[str, Path], clock: Clock, flag: str) -> None:
    linden.desk.submit(wanted(clock, **{flag: True}), "key-1")
    clock.forward(days=2)
    assert swept(linden).ended == 0
    request = rows(linden, CallbackRequest)[0]
    assert (request.state, request.outcome) == ("waiting", "passed to safeguarding lead")
    clock.forward(days=19)
    assert swept(linden).ended == 1


def test_what_was_tried_keeps_its_last_outcome(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    with transaction(linden.queue) as session:
        session.query(CallbackRequest).update({"outcome": "no answer", "attempts": 1})
    clock.forward(hours=2)
    swept(linden)
    assert rows(linden, CallbackRequest)[0].outcome == "no answer"


def test_what_hangs_on_a_request_goes_with_it(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    receipt = linden.desk.submit(wanted(clock, flood=True), "key-1")
    assert len(rows(linden, FloodMark)) == 1
    linden.desk.cancel(receipt)
    clock.forward(days=2)
    swept(linden)
    assert rows(linden, FloodMark) == []


def test_a_cancellation_beats_an_expiry(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    receipt = linden.desk.submit(wanted(clock), "key-1")
    clock.forward(hours=3)
    linden.desk.cancel(receipt)
    swept(linden)
    assert rows(linden, CallbackRequest)[0].outcome == "cancelled by her"


def test_a_tombstone_is_kept_a_year(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.cancel(linden.desk.submit(wanted(clock), "key-1"))
    clock.forward(days=2)
    swept(linden)
    clock.forward(days=360)
    swept(linden)
    assert len(rows(linden, Tombstone)) == 1
    clock.forward(days=10)
    swept(linden)
    assert rows(linden, Tombstone) == []


# ---- keys of days ----------------------------------------------------------------------------------------------------


def test_a_days_key_dies_with_its_last_record_and_not_before_the_day_is_over(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    first, second = (linden.desk.submit(wanted(clock), key) for key in ("key-1", "key-2"))
    linden.desk.cancel(first)
    clock.forward(hours=25)
    assert swept(linden).keys_destroyed == []
    linden.desk.cancel(second)
    clock.forward(hours=25)
    assert swept(linden).keys_destroyed == ["2026-11-23"]
    assert linden.desk.keyring.epochs() == []


def test_todays_key_is_kept_though_nothing_is_left_of_today(linden: Parts, clock: Clock) -> None:
    linden.desk.keyring.make_or_get(epoch_of(clock()))
    clock.moment = datetime(2026, 11, 24, 0, 59, tzinfo=UTC)
    assert swept(linden).keys_destroyed == []
    clock.forward(minutes=1)
    assert swept(linden).keys_destroyed == ["2026-11-23"]


def test_a_backup_brought_back_cannot_be_read_with_any_key(linden: Parts, keys: dict[str, Path], clock: Clock, tmp_path: Path) -> None:
    receipt = linden.desk.submit(wanted(clock), "key-1")
    retention.empty_the_log(linden.queue)
    backup = tmp_path / "backup.db"
    shutil.copy(linden.config.var / "queue.db", backup)
    linden.desk.cancel(receipt)
    clock.forward(days=2)
    swept(linden)
    with Session(open_queue(f"sqlite:///{backup}"), future=True) as session:
        request = session.query(CallbackRequest).one()
    for name in ("worker", "recovery"):
        with pytest.raises(EpochKeyGone):
            unseal(linden.desk.inner_of(request), request.id, request.service, open_keyfile(keys[name], PASSPHRASE))


actions = st.lists(st.tuples(st.sampled_from(["submit", "end", "wait", "run"]), st.integers(1, 40)), min_size=4, max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=actions)
def test_a_days_key_never_dies_before_its_records(steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("days")
    queue, ring, clock = open_queue(f"sqlite:///{folder / 'q.db'}"), Keyring(folder / "ring"), Clock()
    for number, (what, amount) in enumerate(steps):
        with transaction(queue) as session:
            if what == "submit":
                session.add(_row(f"r{number}", clock()))
                ring.make_or_get(epoch_of(clock()))
            elif what == "end":
                requests.cancel_requests(session, f"tag-r{amount % (number + 1)}", naive(clock()))
        if what == "wait":
            clock.forward(hours=amount)
        elif what == "run":
            run_retention(queue, ring, clock())
        with Session(queue, future=True) as session:
            assert {request.epoch for request in session.query(CallbackRequest)} <= set(ring.epochs())
    queue.dispose()


def _row(name: str, now: datetime) -> CallbackRequest:
    window = Window(now, now + timedelta(hours=30))
    return CallbackRequest(
        id=name, service="s", epoch=epoch_of(now), windows=window.key, danger=False, under_18=False, received=naive(now), state="waiting",
        expires=naive(window.end), attempts=0, receipt_tag=f"tag-{name}", key_tag=f"key-{name}", record=b"x",
    )  # fmt: skip


# ---- what stands in the file -----------------------------------------------------------------------------------------


def test_a_deleted_record_is_in_no_file(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    receipt = linden.desk.submit(wanted(clock), "key-1")
    record = rows(linden, CallbackRequest)[0].record
    linden.desk.cancel(receipt)
    assert record[100:160] in b"".join(path.read_bytes() for path in linden.config.var.glob("queue.db*"))
    clock.forward(days=2)
    assert swept(linden).clean
    assert record[100:160] not in b"".join(path.read_bytes() for path in linden.config.var.glob("queue.db*"))


def test_a_reader_in_the_way_is_reported_and_tried_again(app: Flask, linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.cancel(linden.desk.submit(wanted(clock), "key-1"))
    reader = sqlite3.connect(linden.config.var / "queue.db")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM callback_request").fetchall()
    clock.forward(days=2)
    assert not swept(linden).clean
    assert not rows(linden, RetentionRun)[0].clean
    refused = app.test_cli_runner().invoke(args=["retention", "run"])
    assert refused.exit_code == 1
    assert "run this again" in refused.output
    reader.close()
    assert swept(linden).clean
    assert app.test_cli_runner().invoke(args=["retention", "run"]).exit_code == 0


def test_the_web_process_deletes_by_itself(linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.cancel(linden.desk.submit(wanted(clock), "key-1"))
    clock.forward(days=2)
    sweep(linden)
    assert rows(linden, CallbackRequest) == []
    assert linden.desk.keyring.epochs() == []
    run = rows(linden, RetentionRun)[0]
    assert (run.deleted, run.keys_destroyed, run.clean, run.at) == (1, 1, True, naive(NOON + timedelta(days=2)))
