"""Keys at the desk: made anew by their owner, approved by another or by the recovery holder, who proves her key by opening."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import PASSPHRASE, Clock
from tests.desk_hand import Hand, private_key, wrapped_key
from tests.test_desk import SENTINEL, wanted
from tests.test_helpline_work import opened, resealed
from webhook.handoff.envelope import Recipient, unseal
from webhook.handoff.keyfile import open_keyfile
from webhook.helpline.notify import Announcer
from webhook.helpline.watch import watch
from webhook.helpline.words import DeskWords
from webhook.parts import Parts


def next_key(hand: Hand) -> tuple[str, dict]:
    """Her next key as her browser makes it: its kid, and what is posted."""
    public_key, keyfile = wrapped_key(f"{hand.name} again")
    return Recipient.of(base64.b64decode(public_key)).kid, {"key": {"public_key": public_key, "keyfile": json.loads(keyfile)}}


def held(hand: Hand) -> list[tuple[str, bool]]:
    return [(each["keyfile"]["kid"], each["approved"]) for each in hand.get("me").get_json()["keys"]]


# ---- made anew -------------------------------------------------------------------------------------------------------


def test_a_next_key_is_sealed_to_once_a_colleague_approved_it_and_the_old_one_opens_what_it_has(
    asha: Hand, ben: Hand, linden: Parts, clock: Clock
) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    earlier = linden.desk.waiting()[0].id
    kid, posted = next_key(asha)
    assert asha.post("people/key", posted).status_code == 200
    assert held(asha) == [(asha.kid(), True), (kid, False)]
    assert asha.post("people/approve", {"kid": kid}).status_code == 422, "nobody approves their own next key"
    assert [each["name"] for each in ben.get("people").get_json()["waiting"]] == ["asha"]
    assert ben.post("people/approve", {"kid": kid}).status_code == 200
    assert held(asha) == [(kid, True), (asha.kid(), True)]
    sealed_to = {each.kid for each in linden.desk.recipients("demo-dudley")}
    assert kid in sealed_to
    assert asha.kid() not in sealed_to
    assert asha.read(opened(asha, earlier)["inner"])["her_word"] == SENTINEL
    linden.desk.submit(wanted(clock), "key-2")
    later = next(each.id for each in linden.desk.waiting() if each.id != earlier)
    inner = opened(asha, later)["inner"]
    assert unseal(inner, later, "demo-dudley", private_key("asha again"))["her_word"] == SENTINEL


def test_making_a_key_twice_leaves_one_that_waits(asha: Hand, linden: Parts) -> None:
    kid, posted = next_key(asha)
    assert [asha.post("people/key", posted).status_code for _ in range(2)] == [200, 200]
    assert held(asha) == [(asha.kid(), True), (kid, False)]


def test_a_key_that_is_not_wrapped_as_it_must_be_is_refused(asha: Hand) -> None:
    _, posted = next_key(asha)
    posted["key"]["keyfile"]["rounds"] = 1_000
    assert asha.post("people/key", posted).status_code == 422
    assert len(held(asha)) == 1


def test_a_key_of_ninety_days_is_said_to_be_due_at_the_desk(asha: Hand, clock: Clock) -> None:
    clock.forward(days=89)
    asha.sign_in()
    assert asha.get("me").get_json()["due"] is False
    clock.forward(days=1)
    asha.sign_in()
    assert asha.get("me").get_json()["due"] is True


def test_the_old_wrapped_key_goes_when_nothing_it_opens_can_be_left(asha: Hand, ben: Hand, linden: Parts, root: Path, clock: Clock) -> None:
    kid, posted = next_key(asha)
    asha.post("people/key", posted)
    ben.post("people/approve", {"kid": kid})
    silent = Announcer(DeskWords.load(root), "http://localhost:8080")
    for days, left in ((21, 2), (2, 1)):
        clock.forward(days=days)
        watch(linden, silent)
        asha.sign_in()
        assert len(held(asha)) == left


# ---- the recovery holder ---------------------------------------------------------------------------------------------


class Holder:
    """The recovery holder's browser: opens what it is given with the key file, and posts from a page of the desk."""

    def __init__(self, desk: Hand, keyfile: Path) -> None:
        self.desk, self.key = desk, open_keyfile(keyfile, PASSPHRASE)
        self.kid = json.loads(keyfile.read_text())["kid"]

    def words(self) -> str:
        begun = self.desk.post("recovery/begin", {"kid": self.kid}).get_json()
        return str(unseal(begun["inner"], begun["id"], begun["service"], self.key)["words"])

    def prove(self) -> dict:
        proved = self.desk.post("recovery/prove", {"kid": self.kid, "words": self.words()})
        assert proved.status_code == 200
        self.token = proved.get_json()["pass"]
        return proved.get_json()

    def post(self, what: str, **more: object):
        return self.desk.post(f"recovery/{what}", {"kid": self.kid, "pass": self.token} | more)


@pytest.fixture
def holder(app: Flask, keys: dict[str, Path], tmp_path: Path) -> Holder:
    return Holder(Hand(app, "nobody", tmp_path), keys["recovery"])


def test_the_first_worker_is_approved_by_the_recovery_holder_and_can_ring_what_waited(
    holder: Holder, app: Flask, linden: Parts, clock: Clock, tmp_path: Path
) -> None:
    linden.desk.submit(wanted(clock), "key-1")
    asha = Hand(app, "asha", tmp_path).enrol(approved=False)
    assert [each["name"] for each in holder.prove()["waiting"]] == ["asha"]
    assert asha.kid() not in json.dumps(holder.prove()["waiting"])
    assert holder.post("approve", approve=asha.kid()).status_code == 200
    given = holder.post("requests").get_json()
    [found] = given["requests"]
    plain = unseal(found["inner"], found["id"], "demo-dudley", holder.key)
    inner = resealed(plain, found | {"recipients": given["recipients"]})
    assert holder.post("replace", id=found["id"], inner=inner).status_code == 200
    assert holder.post("requests").get_json()["requests"] == [], "nothing is left that is not sealed to the keys of today"
    assert asha.read(opened(asha, found["id"])["inner"])["her_word"] == SENTINEL


def test_only_whoever_opens_the_words_gets_a_pass_and_each_word_is_good_once(holder: Holder, clock: Clock) -> None:
    words = holder.words()
    for wrong in ("0" * 32, "", words[::-1]):
        assert holder.desk.post("recovery/prove", {"kid": holder.kid, "words": wrong}).status_code == 422
    assert holder.desk.post("recovery/prove", {"kid": holder.kid, "words": words}).status_code == 200
    assert holder.desk.post("recovery/prove", {"kid": holder.kid, "words": words}).status_code == 422
    late = holder.words()
    clock.forward(minutes=6)
    assert holder.desk.post("recovery/prove", {"kid": holder.kid, "words": late}).status_code == 422


def test_a_pass_ends_after_half_an_hour_and_is_for_one_helpline(holder: Holder, asha: Hand, app: Flask, linden: Parts, clock: Clock) -> None:
    holder.prove()
    assert holder.post("requests").status_code == 200
    clock.forward(minutes=31)
    for what in ("requests", "approve", "replace"):
        assert holder.post(what, approve=asha.kid(), id="x", inner={}).status_code == 403


def test_a_workers_key_is_no_recovery_key(asha: Hand) -> None:
    assert asha.post("recovery/begin", {"kid": asha.kid()}).status_code == 422
    assert asha.post("recovery/begin", {"kid": "0" * 16}).status_code == 422


def test_a_page_of_another_origin_gets_nothing(holder: Holder) -> None:
    assert holder.desk.post("recovery/begin", {"kid": holder.kid}, Origin="https://elsewhere.example").status_code == 403
