"""Enrolling, signing in, and everything that must be refused on the way."""

from pathlib import Path

import pytest
from flask import Flask

from tests.authenticator import Authenticator
from tests.conftest import Clock
from tests.desk_hand import HOST, ORIGIN, Hand
from tests.test_desk import SENTINEL, wanted
from webhook.handoff.desk import naive
from webhook.helpline import NameTaken, enrolment
from webhook.helpline.roles import Role
from webhook.parts import Parts
from webhook.store import staff, workers
from webhook.store.engine import transaction


def begun(hand: Hand, role: Role = Role.WORKER) -> tuple[str, dict]:
    link = enrolment.invite(hand.linden, hand.name, hand.service, role)
    return link, hand.post("enrol/begin", {"token": link}).get_json()["options"]


def test_a_link_makes_a_person_with_a_passkey_and_a_key_that_waits(app: Flask, keys: dict[str, Path], tmp_path: Path, linden: Parts) -> None:
    hand = Hand(app, "asha", tmp_path).enrol(approved=False)
    me = hand.get("me").get_json()
    assert (me["name"], me["role"], [each["approved"] for each in me["keys"]]) == ("asha", "worker", [False])
    with transaction(linden.queue) as session:
        assert hand.kid() not in {key.kid for key in workers.approved_keys(session, "demo-dudley")}


def test_signing_in_takes_the_passkey_alone(asha: Hand) -> None:
    asha.post("sign-out")
    assert asha.get("me").status_code == 401
    assert asha.sign_in().status_code == 200
    assert asha.get("me").get_json()["name"] == "asha"


def test_the_downloaded_key_opens_with_the_command(asha: Hand, linden: Parts, clock: Clock) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    runner = asha.app.test_cli_runner(env={"LINDEN_PASSPHRASE": "a passphrase for tests"})
    opened = runner.invoke(args=["helpline", "open", linden.desk.waiting()[0].id, "--keyfile", str(asha.keyfile)])
    assert SENTINEL in opened.output


def test_a_link_works_once(app: Flask, tmp_path: Path) -> None:
    hand = Hand(app, "asha", tmp_path)
    link, options = begun(hand)
    again = hand.post("enrol/begin", {"token": link}).get_json()["options"]
    key = hand.make_key()
    assert hand.post("enrol/finish", {"token": link, "credential": hand.passkey.create(options), "key": key}).status_code == 200
    second = Authenticator(ORIGIN)
    assert hand.post("enrol/finish", {"token": link, "credential": second.create(again), "key": key}).status_code == 410
    assert hand.post("enrol/begin", {"token": link}).status_code == 410


def test_a_link_is_good_for_two_days(app: Flask, tmp_path: Path, clock: Clock) -> None:
    hand = Hand(app, "asha", tmp_path)
    link, _ = begun(hand)
    clock.forward(days=2, seconds=1)
    assert hand.post("enrol/begin", {"token": link}).status_code == 410


def test_an_enrolment_that_fails_leaves_nothing_and_the_link_whole(app: Flask, tmp_path: Path, linden: Parts) -> None:
    hand = Hand(app, "asha", tmp_path)
    link, options = begun(hand)
    key, forged = hand.make_key(), Authenticator("http://evil.example")
    assert hand.post("enrol/finish", {"token": link, "credential": forged.create(options), "key": key}).status_code == 403
    with transaction(linden.queue) as session:
        assert staff.list_staff(session) == []
        assert workers.find_key(session, hand.kid()) is None
    assert hand.post("enrol/begin", {"token": link}).status_code == 200


@pytest.mark.parametrize("change", ["rounds", "kid", "extra", "point", "none"])
def test_a_key_that_is_not_wrapped_as_agreed_is_refused(app: Flask, tmp_path: Path, change: str) -> None:
    hand = Hand(app, "asha", tmp_path)
    link, options = begun(hand)
    key = hand.make_key()
    if change == "rounds":
        key["keyfile"]["rounds"] = 1_000
    elif change == "kid":
        key["keyfile"]["kid"] = "0" * 16
    elif change == "extra":
        key["keyfile"]["private"] = "in the clear"
    elif change == "point":
        key["public_key"] = key["public_key"][:-8] + "AAAAAAA="
    sent = {"token": link, "credential": hand.passkey.create(options)} | ({} if change == "none" else {"key": key})
    assert hand.post("enrol/finish", sent).status_code == 422


def test_a_name_is_never_given_twice(asha: Hand) -> None:
    with pytest.raises(NameTaken):
        enrolment.invite(asha.linden, "asha", "demo-dudley", Role.WORKER)
    asha.post("people/leave", {"id": asha.get("people").get_json()["me"]})
    with pytest.raises(NameTaken):
        enrolment.invite(asha.linden, "asha", "demo-dudley", Role.WORKER)


def test_a_challenge_is_good_once(asha: Hand) -> None:
    options = asha.post("sign-in/begin").get_json()
    answer = asha.passkey.get(options)
    assert asha.post("sign-in/finish", {"credential": answer}).status_code == 200
    assert asha.post("sign-in/finish", {"credential": answer}).status_code == 403


def test_a_challenge_is_good_for_five_minutes(asha: Hand, clock: Clock) -> None:
    options = asha.post("sign-in/begin").get_json()
    clock.forward(minutes=6)
    assert asha.post("sign-in/finish", {"credential": asha.passkey.get(options)}).status_code == 403


def test_a_challenge_for_enrolling_signs_nobody_in(asha: Hand, app: Flask, tmp_path: Path) -> None:
    _, options = begun(Hand(app, "ben", tmp_path))
    assert asha.post("sign-in/finish", {"credential": asha.passkey.get(options | {"rpId": "localhost"})}).status_code == 403


@pytest.mark.parametrize("wrong", ["origin", "unverified", "stranger", "another_key", "count"])
def test_a_passkey_that_is_not_quite_right_is_refused(asha: Hand, wrong: str) -> None:
    options, passkey = asha.post("sign-in/begin").get_json(), asha.passkey
    if wrong == "origin":
        passkey.origin = "http://evil.example"
    elif wrong == "unverified":
        passkey.verified = False
    elif wrong == "stranger":
        passkey = Authenticator(ORIGIN)
    elif wrong == "another_key":
        passkey.key = Authenticator(ORIGIN).key
    else:
        passkey.count = 0  # a copy of the authenticator that is behind the original
        asha.sign_in()
        passkey.count = 0
    assert asha.post("sign-in/finish", {"credential": passkey.get(options)}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"credential": {}}, {"credential": {"response": {"clientDataJSON": "!!"}}}, {"credential": {"id": None}}])
def test_nonsense_is_refused_and_signs_nobody_in(asha: Hand, body: dict) -> None:
    asha.post("sign-out")
    assert asha.post("sign-in/finish", body).status_code in (400, 403)
    assert asha.get("me").status_code == 401


def test_a_session_ends_on_idle_and_what_the_page_does_by_itself_does_not_put_it_off(asha: Hand, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(minutes=10)
        assert asha.post("awake").status_code == 200
    clock.forward(minutes=10)
    assert asha.get("queue").status_code == 200
    clock.forward(minutes=6)
    assert asha.get("queue").status_code == 401
    assert asha.post("awake").status_code == 401


def test_a_session_ends_with_the_shift(asha: Hand, clock: Clock) -> None:
    for _ in range(71):
        clock.forward(minutes=10)
        asha.post("awake")
    assert asha.post("awake").status_code == 200
    clock.forward(minutes=10)
    assert asha.post("awake").status_code == 401


def test_the_cookie_is_for_the_desk_alone(app: Flask, keys: dict[str, Path], tmp_path: Path) -> None:
    hand = Hand(app, "asha", tmp_path)
    link, options = begun(hand)
    answer = hand.post("enrol/finish", {"token": link, "credential": hand.passkey.create(options), "key": hand.make_key()})
    cookie = answer.headers["Set-Cookie"]
    for part in ("Path=/helpline", "HttpOnly", "SameSite=Strict"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_change_needs_the_token_and_the_pages_own_origin(asha: Hand) -> None:
    assert asha.post("awake", **{"X-Helpline-Token": ""}).status_code == 403
    assert asha.post("awake", **{"X-Helpline-Token": "f" * 64}).status_code == 403
    assert asha.post("awake", Origin="http://localhost:9").status_code == 403
    assert asha.post("awake", Origin="").status_code == 403
    assert asha.post("awake").status_code == 200


def test_leaving_ends_key_passkey_and_session(asha: Hand, linden: Parts) -> None:
    me = asha.get("people").get_json()["me"]
    assert asha.post("people/leave", {"id": me}).status_code == 200
    assert asha.get("me").status_code == 401
    assert asha.sign_in().status_code == 403
    with transaction(linden.queue) as session:
        assert asha.kid() not in {key.kid for key in workers.approved_keys(session, "demo-dudley")}
        assert workers.find_key(session, asha.kid()).left == naive(linden.now())


def test_only_a_lead_may_say_that_another_leaves(asha: Hand, app: Flask, tmp_path: Path) -> None:
    lead = Hand(app, "lena", tmp_path).enrol(Role.LEAD)
    people = {each["name"]: each["id"] for each in lead.get("people").get_json()["people"]}
    assert asha.post("people/leave", {"id": people["lena"]}).status_code == 403
    assert lead.post("people/leave", {"id": people["asha"]}).status_code == 200
    assert asha.get("me").status_code == 401


def test_a_second_person_approves_a_key_and_never_its_owner(asha: Hand, app: Flask, tmp_path: Path, linden: Parts) -> None:
    ben = Hand(app, "ben", tmp_path).enrol(approved=False)
    assert ben.post("people/approve", {"kid": ben.kid()}).status_code == 403
    assert asha.post("people/approve", {"kid": "0" * 16}).status_code == 422
    assert ben.get("people").get_json()["waiting"] == []
    assert [each["name"] for each in asha.get("people").get_json()["waiting"]] == ["ben"]
    assert asha.post("people/approve", {"kid": ben.kid()}).status_code == 200
    assert [each["approved"] for each in ben.get("me").get_json()["keys"]] == [True]


def test_a_colleague_of_another_service_approves_nothing_here(asha: Hand, app: Flask, tmp_path: Path) -> None:
    other = Hand(app, "wanda", tmp_path, service="demo-walsall").enrol()
    ben = Hand(app, "ben", tmp_path).enrol(approved=False)
    assert other.post("people/approve", {"kid": ben.kid()}).status_code == 422


def test_the_fingerprint_is_not_told_to_the_approver(asha: Hand, app: Flask, tmp_path: Path) -> None:
    ben = Hand(app, "ben", tmp_path).enrol(approved=False)
    assert ben.kid() not in asha.get("people").get_data(as_text=True)


def test_the_desk_is_at_one_address(app: Flask) -> None:
    client = app.test_client()
    moved = client.get("/helpline/", headers={"Host": "127.0.0.1:8080"})
    assert (moved.status_code, moved.headers["Location"]) == (302, f"{ORIGIN}/helpline/")
    assert client.get("/helpline/", headers={"Host": "evil.example"}).status_code == 404
    assert client.get("/helpline/", headers={"Host": HOST}).status_code == 200
