"""Whole conversations on the trained assistant, its actions and the real directory: what the issue says must be shown."""

import secrets
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from tests.conftest import PASSPHRASE, Clock, add_keys, give_directory, make_app
from tests.test_page import Page
from tools.agent import AgentAssistant
from webhook.handoff.keyfile import open_keyfile
from webhook.helpline.opening import open_request
from webhook.parts import NAME, Parts


@pytest.fixture
def linden(tmp_path: Path, assistant: AgentAssistant, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Parts:
    app = make_app(tmp_path, assistant, clock)
    found: Parts = app.extensions[NAME]
    give_directory(assistant, found, monkeypatch)
    return found


@pytest.fixture
def chat(linden: Parts, tmp_path: Path):
    """Say one thing after another in one chat; gives back the answer's JSON."""
    client = _client(linden)
    session = client.post("/chat/open").get_json()["session"]
    turns = iter(range(1, 100))

    def say(text: str = "", **body: str) -> dict:
        answer = client.post("/chat/message", json={"text": text, "turn": next(turns), **body}, headers={"X-Chat-Session": session})
        assert answer.status_code == 200
        return answer.get_json()

    return say


def _client(linden: Parts) -> FlaskClient:
    from flask import Flask

    from webhook import callback, chat, headers, health, page, problems
    from webhook.app import _words_in_templates
    from webhook.sms import inbound

    app = Flask("webhook", root_path=str(linden.config.root / "webhook"))
    app.extensions[NAME] = linden
    for blueprint in (page.bp, chat.bp, callback.bp, inbound.bp, health.bp):
        app.register_blueprint(blueprint)
    problems.register(app)
    headers.register(app, "https://www.bbc.co.uk")
    _words_in_templates(app, linden)
    return app.test_client()


def all_text(answer: dict) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def sms(linden: Parts, body: str, sender: str = "+447700900123") -> str:
    form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": sender, "Body": body}
    signature = RequestValidator(linden.twilio_token).compute_signature(f"{linden.config.own_url}/sms", form)
    answer = _client(linden).post("/sms", data=form, headers={"X-Twilio-Signature": signature})
    return "".join(ElementTree.fromstring(answer.data).itertext())


def test_a_knife_outside_is_999_in_the_first_reply(chat) -> None:
    answer = chat("he has got a knife and hes outside")
    assert answer["danger"] == "now"
    assert answer["replies"][0]["text"].startswith("Call 999 now.")


def test_a_violent_past_is_clares_law_with_the_police_and_the_time(chat) -> None:
    text = all_text(chat("how do I find out if my boyfriend has been violent before"))
    for part in ("Clare's Law", "West Midlands Police", "28 days", "longer", "101", "999"):
        assert part in text


def test_a_dvpo_is_explained(chat) -> None:
    text = all_text(chat("what is a DVPO"))
    assert "14 to 28 days" in text
    assert "don't have to agree" in text


def test_a_postcode_gives_the_boroughs_own_route_with_both_national_lines(chat) -> None:
    text = all_text(chat("I live in DY1 1AA, who can help"))
    assert "01384 455411" in text
    assert "Not yet checked by us, published 2020" in text
    assert "0808 2000 247" in text
    assert "0808 801 0327" in text
    assert text.index("01384 455411") < text.index("0808 2000 247")


def test_the_area_is_asked_for_and_remembered(chat) -> None:
    answer = chat("where can i get help near me")
    ask = next(reply for reply in answer["replies"] if reply["id"] == "utter_ask_area")
    walsall = next(button["payload"] for button in ask["buttons"] if button["title"] == "Walsall")
    assert "0121 552 6448" in all_text(chat(payload=walsall))
    assert "01922 653405" in all_text(chat("im going to be homeless, what can the council do"))


def test_a_straddling_place_is_asked_about(chat) -> None:
    assert "Is it " in all_text(chat("who can help me in ws10"))


def test_a_place_outside_names_whose_council_to_ask(chat) -> None:
    text = all_text(chat("any domestic abuse services in Sutton Coldfield"))
    assert "Birmingham council can tell you" in text
    assert "0808 2000 247" in text


def test_something_unclear_is_asked_about_with_three_suggestions_at_most(chat) -> None:
    for text in ("thing with the other thing", "so about that matter then", "the one from before with it"):
        answer = chat(text)
        if answer["replies"][-1]["id"] == "utter_not_sure":
            assert 2 <= len(answer["replies"][-1]["buttons"]) <= 4
            return
    pytest.skip("all three were understood as something")


def test_asking_for_a_call_ends_in_a_sealed_request_that_the_worker_opens(chat, linden: Parts, tmp_path: Path) -> None:
    keys = add_keys(tmp_path, linden, "demo-dudley")
    chat("im in dudley")
    assert any(reply["kind"] == "callback_form" for reply in chat("can someone ring me")["replies"])
    client = _client(linden)
    page = Page(client.post("/callback/form", data={"area": "Dudley"}).data)
    window = next(a["value"] for tag, a in page.tags if tag == "input" and a.get("name") == "window")
    form = {"service": "demo-dudley", "key": page.hidden("key"), "window": window, "number": "07700 900123"}
    assert client.post("/callback", data=form).status_code == 201
    request = linden.desk.waiting()[0]
    assert open_request(linden.desk, request.id, open_keyfile(keys["worker"], PASSPHRASE))["number"] == "+447700900123"


def test_the_same_by_text(linden: Parts, tmp_path: Path) -> None:
    keys = add_keys(tmp_path, linden, "demo-dudley")
    assert sms(linden, "he has got a knife and hes outside", sender="+447700900001").startswith("Call 999 now.")
    clare = sms(linden, "how do I find out if my boyfriend has been violent before", sender="+447700900002")
    assert "28 days" in clare
    assert "West Midlands Police" in clare
    assert "14 to 28 days" in sms(linden, "what is a DVPO", sender="+447700900003")
    local = sms(linden, "I live in DY1 1AA, who can help")
    assert "01384 455411" in local
    assert "Not yet checked by us" in local
    for body in ("can someone ring me", "1", "y", "n", "n", "n"):
        sms(linden, body)
    assert "Sent and locked" in sms(linden, "SEND")
    request = linden.desk.waiting()[0]
    opened = open_request(linden.desk, request.id, open_keyfile(keys["recovery"], PASSPHRASE))
    assert (opened["number"], opened["channel"]) == ("+447700900123", "sms")


def test_leaving_makes_rasa_forget(linden: Parts, assistant: AgentAssistant) -> None:
    client = _client(linden)
    session = client.post("/chat/open").get_json()["session"]
    client.post("/chat/message", json={"text": "im in walsall", "turn": 1}, headers={"X-Chat-Session": session})
    store = assistant.agent.tracker_store
    assert any(held for held in store.held)
    before = set(store.held)
    client.post("/chat/leave", data=session)
    assert len(before - set(store.held)) == 1
