"""The phone-shaped page and `make sms`: the real path, made-up numbers, nothing sent, and gone in live mode."""

import json
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import Scripted
from tests.test_page import Page
from tests.test_sms import NOW
from tools.send_sms import shown, size
from webhook.parts import NAME, Parts
from webhook.replies import Reply
from webhook.store.models import TextMessage


def send(client: FlaskClient, page: Page, body: str) -> Page:
    answer = client.post("/demo/sms", data={"number": page.hidden("number"), "held": page.hidden("held"), "text": body})
    assert answer.status_code == 200
    return Page(answer.data)


def test_a_conversation_on_the_page_is_the_real_one(client: FlaskClient, scripted: Scripted, linden: Parts) -> None:
    page = send(client, Page(client.get("/demo/sms").data), "hi")
    dvpo = linden.words.say("utter_dvpo_what", "sms")
    scripted.replies = (Reply("utter_dvpo_what", dvpo),)
    page = send(client, page, "what is a dvpo")
    said = [text["said"] for text in json.loads(page.hidden("held"))]
    assert said[0] == "hi"
    assert "Is it safe to text?" in said[1]
    assert said[2:] == ["what is a dvpo", dvpo]
    assert "900" not in str(scripted.sent)
    with Session(linden.queue) as session:
        assert session.query(TextMessage).count() == 0


def test_danger_on_the_page_is_answered_as_by_text_and_counted(client: FlaskClient) -> None:
    answer = client.post("/demo/sms", data={"number": "+447700900123", "held": "[]", "text": NOW}).data.decode()
    assert "Call 999 now." in answer
    assert "2 part(s)" in answer


@pytest.mark.parametrize("number", ["+447911123456", "+441384455411", "07911 123456", "nonsense", ""])
def test_the_page_speaks_for_no_real_number(client: FlaskClient, scripted: Scripted, number: str) -> None:
    assert client.post("/demo/sms", data={"number": number, "held": "[]", "text": "hello"}).status_code == 422
    assert scripted.sent == []


@pytest.mark.parametrize("held", ["", "nonsense", "{}", '[{"who": 1}]', '[{"said": "<script>alert(1)</script>", "who": "you"}]', "null"])
def test_what_the_form_holds_is_shown_safely_and_never_trusted(client: FlaskClient, held: str) -> None:
    answer = client.post("/demo/sms", data={"number": "+447700900123", "held": held, "text": "hi"})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.data


def test_in_live_mode_there_is_no_such_page(client: FlaskClient, linden: Parts) -> None:
    live = replace(linden, config=replace(linden.config, mode="live"))
    client.application.extensions[NAME] = live
    assert client.get("/demo/sms").status_code == 404
    assert client.post("/demo/sms", data={"number": "+447700900123", "text": "hi"}).status_code == 404


def test_make_sms_shows_the_reply_as_a_phone_would() -> None:
    said = shown("hi", 200, "<Response><Message>Hello. Is it safe to text? Texts cost your usual rate.</Message></Response>")
    assert "│ hi │" in said
    assert "│ Hello. Is it safe to text? Texts │" in said
    assert said.endswith("54 of 160 places, 1 segment")
    assert "nothing is sent back" in shown("stop", 200, "<Response></Response>")
    assert "HTTP 403" in shown("hi", 403, "")


@pytest.mark.parametrize(("length", "says"), [(160, "160 of 160 places, 1 segment"), (161, "161 of 306 places, 2 segments")])
def test_segments_are_counted(length: int, says: str) -> None:
    assert size("x" * length) == says
