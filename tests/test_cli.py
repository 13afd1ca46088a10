"""The commands that make, approve and use keys, as somebody would type them."""

import json
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import PASSPHRASE, Clock
from tests.test_desk import wanted
from webhook.parts import Parts


@pytest.fixture
def run(app: Flask):
    runner = app.test_cli_runner(env={"LINDEN_PASSPHRASE": PASSPHRASE})
    return lambda *words: runner.invoke(args=["helpline", *map(str, words)])


def test_the_three_commands_cure_a_refusal(run, linden: Parts, clock: Clock, tmp_path: Path) -> None:
    recovery, worker = tmp_path / "recovery.json", tmp_path / "anna.json"
    assert "recovery key" in run("recovery-key", "--service", "demo-dudley", "--out", recovery).output
    assert "fingerprint" in run("add-worker", "anna", "--service", "demo-dudley", "--keyfile", worker).output
    assert "waiting for approval" in run("list").output
    assert "is approved" in run("approve", "anna", "--service", "demo-dudley", "--recovery-key", recovery).output
    linden.desk.submit(wanted(clock), "key-1")
    listed = run("list").output
    request_id = linden.desk.waiting()[0].id
    assert f"request {request_id}  demo-dudley  waiting" in listed
    opened = run("open", request_id, "--keyfile", worker)
    assert json.loads(opened.output)["number"] == "+447700900123"


def test_a_worker_cannot_approve_a_worker(run, tmp_path: Path) -> None:
    worker = tmp_path / "anna.json"
    run("add-worker", "anna", "--service", "demo-dudley", "--keyfile", worker)
    refused = run("approve", "anna", "--service", "demo-dudley", "--recovery-key", worker)
    assert refused.exit_code == 1
    assert "not the recovery key" in refused.output


def test_opening_at_the_wrong_time_says_when(run, linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    clock.forward(hours=-3)
    refused = run("open", linden.desk.waiting()[0].id, "--keyfile", keys["worker"])
    assert refused.exit_code == 1
    assert "the next safe time is" in refused.output


def test_the_list_holds_no_word_of_the_request(run, linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    assert "sentinel" not in run("list").output
    assert "7700" not in run("list").output


def test_an_unknown_service_is_named(run, tmp_path: Path) -> None:
    refused = run("recovery-key", "--service", "nowhere", "--out", tmp_path / "k.json")
    assert "there is no service nowhere" in refused.output
