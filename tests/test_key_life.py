"""The life of keys: approved by another, proved every day, made anew, lost, recovered; and a borough switched off."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import PASSPHRASE, Clock, add_keys
from tests.test_desk import waiting_id, wanted
from webhook.handoff import Misdirected, NobodyToSealTo, NotYours, Unopenable
from webhook.handoff.canary import open_canary, prove, todays_canary, unproved
from webhook.handoff.envelope import Recipient, point, seal, unseal
from webhook.handoff.issue import padded
from webhook.handoff.keyfile import make_keyfile, open_keyfile
from webhook.handoff.recovery import rewrap
from webhook.helpline.opening import open_request
from webhook.parts import Parts
from webhook.store.models import AuditEntry, CallbackRequest
from webhook.sweeper import sweep

DUDLEY = ("--service", "demo-dudley")


@pytest.fixture
def run(app: Flask):
    runner = app.test_cli_runner(env={"LINDEN_PASSPHRASE": PASSPHRASE})
    return lambda *words: runner.invoke(args=[*map(str, words)])


def kids(linden: Parts) -> set[str]:
    return {recipient.kid for recipient in linden.desk.recipients("demo-dudley")}


def opened(linden: Parts, request: CallbackRequest, key: EllipticCurvePrivateKey) -> dict:
    return unseal(linden.desk.inner_of(request), request.id, request.service, key)


def kid_in(path: Path) -> str:
    return Recipient.of(point(open_keyfile(path, PASSPHRASE).public_key())).kid


# ---- approving -------------------------------------------------------------------------------------------------------


def test_a_second_worker_is_approved_by_the_first(run, linden: Parts, keys: dict[str, Path], tmp_path: Path) -> None:
    run("helpline", "add-worker", "ben", *DUDLEY, "--keyfile", tmp_path / "ben.json")
    assert kid_in(tmp_path / "ben.json") not in kids(linden)
    approved = run("helpline", "approve", "ben", *DUDLEY, "--approver-key", keys["worker"])
    assert "is approved" in approved.output
    assert kid_in(tmp_path / "ben.json") in kids(linden)


def test_nobody_approves_their_own_next_key(run, linden: Parts, keys: dict[str, Path], tmp_path: Path) -> None:
    run("keys", "rotate", "worker", *DUDLEY, "--keyfile", tmp_path / "new.json")
    refused = run("helpline", "approve", "worker", *DUDLEY, "--approver-key", keys["worker"])
    assert refused.exit_code == 1
    assert kid_in(tmp_path / "new.json") not in kids(linden)


def test_of_two_new_keys_with_one_name_the_fingerprint_chooses(run, linden: Parts, keys: dict[str, Path], tmp_path: Path) -> None:
    for name in ("hers", "a strangers"):
        run("helpline", "add-worker", "ben", *DUDLEY, "--keyfile", tmp_path / f"{name}.json")
    assert "--fingerprint" in run("helpline", "approve", "ben", *DUDLEY, "--recovery-key", keys["recovery"]).output
    kid = kid_in(tmp_path / "hers.json")
    spoken = " ".join(kid[i : i + 4] for i in range(0, 16, 4)).upper()
    run("helpline", "approve", "ben", *DUDLEY, "--recovery-key", keys["recovery"], "--fingerprint", spoken)
    assert kid in kids(linden)
    assert kid_in(tmp_path / "a strangers.json") not in kids(linden)


def test_a_worker_who_left_is_sealed_to_no_more_and_opens_nothing(run, linden: Parts, keys: dict[str, Path], clock: Clock, tmp_path: Path) -> None:
    run("helpline", "add-worker", "ben", *DUDLEY, "--keyfile", tmp_path / "ben.json")
    run("helpline", "approve", "ben", *DUDLEY, "--recovery-key", keys["recovery"])
    linden.desk.submit(wanted(clock), "key-1")
    assert "has left" in run("helpline", "leave", "ben", *DUDLEY).output
    assert kid_in(tmp_path / "ben.json") not in kids(linden)
    with pytest.raises(NotYours):
        open_request(linden.desk, waiting_id(linden), open_keyfile(tmp_path / "ben.json", PASSPHRASE))


# ---- made anew -------------------------------------------------------------------------------------------------------


def test_a_key_made_anew_takes_over_and_the_old_one_opens_what_it_has(
    run, linden: Parts, keys: dict[str, Path], clock: Clock, tmp_path: Path
) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    earlier = waiting_id(linden)
    assert "new fingerprint" in run("keys", "rotate", "worker", *DUDLEY, "--keyfile", tmp_path / "new.json").output
    assert "is retired" in run("helpline", "approve", "worker", *DUDLEY, "--recovery-key", keys["recovery"]).output
    assert kids(linden) == {kid_in(tmp_path / "new.json"), kid_in(keys["recovery"])}
    assert open_request(linden.desk, earlier, open_keyfile(keys["worker"], PASSPHRASE))["number"] == "+447700900123"


def test_a_key_of_ninety_days_is_said_to_be_due(run, keys: dict[str, Path], clock: Clock) -> None:
    clock.forward(days=89)
    assert "due for a new one" not in run("keys", "list").output
    clock.forward(days=1)
    assert "90 days old, due for a new one" in run("keys", "list").output


# ---- canaries --------------------------------------------------------------------------------------------------------


def test_a_key_proves_itself_on_the_days_canary_and_must_again_tomorrow(run, linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    assert unproved(linden.desk, "demo-dudley") == ["worker"]
    assert "this key works" in run("keys", "canary", *DUDLEY, "--keyfile", keys["worker"]).output
    assert unproved(linden.desk, "demo-dudley") == []
    clock.forward(days=1)
    assert "demo-dudley: worker" in run("keys", "check").output


def test_the_canary_is_the_same_all_day_and_made_anew_for_a_key_approved_since(linden: Parts, keys: dict[str, Path], tmp_path: Path) -> None:
    sweep(linden)
    first = todays_canary(linden.desk, "demo-dudley")
    assert todays_canary(linden.desk, "demo-dudley") == first
    (tmp_path / "more").mkdir()
    late = add_keys(tmp_path / "more", linden, "demo-dudley")
    open_canary(linden.desk, "demo-dudley", open_keyfile(late["worker"], PASSPHRASE))


def test_words_that_are_not_in_the_canary_prove_nothing(linden: Parts, keys: dict[str, Path], tmp_path: Path) -> None:
    todays_canary(linden.desk, "demo-dudley")
    with pytest.raises(Unopenable):
        prove(linden.desk, "demo-dudley", kid_in(keys["worker"]), "guessed")
    make_keyfile(tmp_path / "stranger.json", PASSPHRASE)
    with pytest.raises(Misdirected):
        open_canary(linden.desk, "demo-dudley", open_keyfile(tmp_path / "stranger.json", PASSPHRASE))
    assert unproved(linden.desk, "demo-dudley") == ["worker"]


# ---- recovery --------------------------------------------------------------------------------------------------------


def test_a_recovery_is_rehearsed_and_then_done_when_every_worker_lost_their_key(
    run, linden: Parts, keys: dict[str, Path], clock: Clock, tmp_path: Path
) -> None:
    for number in range(3):
        linden.desk.submit(wanted(clock), f"key-{number}")
    run("helpline", "leave", "worker", *DUDLEY)
    run("helpline", "add-worker", "cara", *DUDLEY, "--keyfile", tmp_path / "cara.json")
    run("helpline", "approve", "cara", *DUDLEY, "--recovery-key", keys["recovery"])
    cara = open_keyfile(tmp_path / "cara.json", PASSPHRASE)
    rehearsed = run("helpline", "recover", *DUDLEY, "--recovery-key", keys["recovery"], "--rehearse")
    assert "3 of 3 requests could be sealed anew" in rehearsed.output
    with pytest.raises(Misdirected):
        opened(linden, linden.desk.waiting()[0], cara)
    done = run("helpline", "recover", *DUDLEY, "--recovery-key", keys["recovery"])
    assert "3 of 3 requests are sealed to today's keys" in done.output
    assert "7700" not in done.output
    assert [opened(linden, request, cara)["number"] for request in linden.desk.waiting()] == ["+447700900123"] * 3
    with Session(linden.queue, future=True) as session:
        assert [entry.action for entry in session.query(AuditEntry)] == ["left"] + ["rewrap"] * 3


def test_a_request_that_cannot_be_recovered_is_named(run, linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    linden.desk.keyring.destroy("2026-11-23")
    refused = run("helpline", "recover", *DUDLEY, "--recovery-key", keys["recovery"], "--rehearse")
    assert refused.exit_code == 1
    assert waiting_id(linden) in refused.output


def test_only_the_recovery_key_recovers(run, keys: dict[str, Path]) -> None:
    refused = run("helpline", "recover", *DUDLEY, "--recovery-key", keys["worker"])
    assert "not the recovery key" in refused.output


def test_a_request_is_never_rewrapped_for_a_key_that_is_not_approved(linden: Parts, keys: dict[str, Path], clock: Clock, tmp_path: Path) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    stranger = make_keyfile(tmp_path / "stranger.json", PASSPHRASE)
    with pytest.raises(Misdirected):
        rewrap(linden.desk, waiting_id(linden), seal({}, waiting_id(linden), "demo-dudley", padded([stranger], "demo-dudley", linden.keys)), "worker")


# ---- a borough switched off ------------------------------------------------------------------------------------------


def test_one_command_switches_a_borough_to_numbers_only(run, client: FlaskClient, linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    assert client.post("/callback/form", data={"area": "Dudley"}).status_code == 200
    assert "numbers to ring" in run("helpline", "off", "dudley").output
    for answer in (client.post("/callback/form", data={"area": "Dudley"}), client.get("/callback/recipients?service=demo-dudley")):
        assert answer.status_code == 503
        assert b"0808 2000 247" in answer.data
    with pytest.raises(NobodyToSealTo, match="switched to numbers only"):
        linden.desk.submit(wanted(clock), "key-1")
    assert "demo-dudley is switched to numbers only" in run("helpline", "list").output
    run("helpline", "on", "Dudley")
    assert client.post("/callback/form", data={"area": "Dudley"}).status_code == 200


def test_an_unknown_borough_is_said(run) -> None:
    assert "there is no service in Narnia" in run("helpline", "off", "Narnia").output


def test_switching_a_borough_off_stops_no_cancelling(run, client: FlaskClient, linden: Parts, keys: dict[str, Path], clock: Clock) -> None:
    receipt = linden.desk.submit(wanted(clock), "key-1")
    run("helpline", "off", "Dudley")
    client.post("/callback/cancel", data={"receipt": receipt})
    assert linden.desk.waiting() == []
