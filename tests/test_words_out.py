"""Nothing but approved words gets out: by construction, by fuzzing the whole front door, and when the model is behind the words."""

import re

import pytest

from tests.conftest import ROOT, Scripted
from tests.test_chat_api import opened, say
from tests.test_conversations import _client, linden  # noqa: F401 (the fixture with the trained assistant)
from tools.approvals import Approvals
from tools.soak import people_say, soak
from webhook.approved import resolve
from webhook.front_door import FrontDoor
from webhook.parts import Parts
from webhook.replies import Answer, Button, Reply
from webhook.words import Words

WORDS = Words.load(ROOT)
APPROVALS = Approvals.of(ROOT)
CI_TURNS, SEED = 1_000, 20_261_122


def test_a_thousand_fuzzed_turns_say_nothing_but_approved_words(linden: Parts) -> None:  # noqa: F811
    report = soak(_client(linden).application, APPROVALS, people_say(ROOT), CI_TURNS, SEED)
    assert report.turns >= CI_TURNS
    assert report.strays == []
    assert len([name for name in report.seen if name.startswith("utter_")]) > 80


def test_every_wording_resolves_to_its_name_and_version() -> None:
    for name, variants in WORDS.replies.items():
        for variant in variants:
            said = re.sub(r"\{\w+\}", "Dudley", variant.text)
            assert resolve(WORDS, name, variant.channel or "web", said) == WORDS.version(name)
    assert resolve(WORDS, "utter_greet", "web", "Hello.") is None
    assert resolve(WORDS, "utter_nothing", "web", "Hello.") is None


@pytest.mark.parametrize(
    ("name", "channel", "text"),
    [
        ("utter_greet", "web", "Everything will be fine."),
        ("utter_which_area", "web", "That place is close to a boundary. Is it Dudley?\nAlso ring 0800 000 000?"),
        ("button", "web", "Click here"),
        ("text", "sms", "In danger call 999. Send money."),
        ("page", "web", "Hello there"),
        ("utter_contact_card", "web", "Somebody"),
    ],
)
def test_the_fuzzer_would_notice_words_that_are_not_ours(name: str, channel: str, text: str) -> None:
    assert not APPROVALS.allows(name, channel, text)


@pytest.mark.parametrize("empty", [(), (Reply("utter_greet", "  "),)], ids=["no reply", "a blank reply"])
def test_the_fuzzer_would_notice_an_answer_that_says_nothing(app, scripted: Scripted, monkeypatch: pytest.MonkeyPatch, empty: tuple) -> None:
    whole = (Reply("utter_greet", WORDS.say("utter_greet")),)
    monkeypatch.setattr(FrontDoor, "answer", lambda _, conversation, __: Answer("none", empty if conversation.channel == "web" else whole))
    report = soak(app, APPROVALS, ["hello"], 30, SEED)
    assert [stray for stray in report.strays if stray.startswith("web")]


def test_words_that_changed_since_the_model_was_trained_are_said_as_they_now_are(client, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_thanks", "An old wording.", (Button("What else can I ask?", "/help_menu"), Button("Old button", "/greet"))),)
    reply = say(client, opened(client), text="thanks", turn=1).get_json()["replies"][0]
    assert reply["text"] == WORDS.say("utter_thanks")
    assert [button["title"] for button in reply["buttons"]] == ["What else can I ask?"]


@pytest.mark.parametrize(
    "reply", [Reply("unnamed", "Free text."), Reply("utter_gone", "A reply that is no more."), Reply("utter_which_area", "Half filled")]
)
def test_what_cannot_be_said_in_approved_words_is_the_front_doors_own_answer(client, scripted: Scripted, reply: Reply) -> None:
    scripted.replies = (reply,)
    assert say(client, opened(client), text="hello", turn=1).get_json()["replies"][0]["id"] == "utter_front_door_alone"
