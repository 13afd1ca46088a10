"""Sentinels: what a person types that could find her is in no file, log, table or answer, on the web or by text."""

import logging
import re
import secrets
import tempfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from tests.conftest import ROOT, Clock, Scripted, add_keys
from tests.desk_hand import Hand
from tests.test_page import Page
from webhook.helpline.roles import Role
from webhook.parts import Parts
from webhook.replies import Reply
from webhook.store.models import Base
from webhook.sweeper import sweep

NUMBER, POSTCODE, EMAIL, SENTENCE = "07700900765", "WV6 8TZ", "sentinel.person@example.org", "the heron stood by the blue gate"
SPELLINGS = (NUMBER, "7700900765", "7700 900 765", POSTCODE, "WV68TZ", EMAIL, SENTENCE)


def everything_under(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def send_text(client: FlaskClient, linden: Parts, body: str) -> None:
    form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": f"+44{NUMBER[1:]}", "Body": body}
    signature = RequestValidator(linden.twilio_token).compute_signature(f"{linden.config.own_url}/sms", form)
    assert client.post("/sms", data=form, headers={"X-Twilio-Signature": signature}).status_code == 200


@pytest.fixture
def journey(client: FlaskClient, linden: Parts, scripted: Scripted, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd, monkeypatch) -> bytes:
    """A whole web and SMS journey with sentinels, at debug level, errors included; everything that was written anywhere."""
    caplog.set_level(logging.DEBUG)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    add_keys(tmp_path, linden, "demo-wolverhampton")
    session = client.post("/chat/open").get_json()["session"]
    said = f"{SENTENCE}. i live at {POSTCODE}, ring {NUMBER} or {EMAIL}"
    for turn, text in enumerate((said, "/" + said, said * 30, said), 1):
        scripted.error = turn == 4
        client.post("/chat/message", json={"text": text, "turn": turn}, headers={"X-Chat-Session": session})
    scripted.error = False
    client.post("/chat", data={"session": session, "turn": "9", "text": said})
    page = Page(client.post("/callback/form", data={"area": "Wolverhampton"}).data)
    window = next(a["value"] for tag, a in page.tags if tag == "input" and a.get("name") == "window")
    form = {
        "service": "demo-wolverhampton",
        "key": page.hidden("key"),
        "window": window,
        "number": NUMBER,
        "her_word": SENTENCE[:40],
        "name": "heron",
    }
    assert client.post("/callback", data=form).status_code == 201
    assert client.post("/callback", data=form | {"number": "wrong"}).status_code == 422
    for body in (said, f"im in {POSTCODE}"):
        send_text(client, linden, body)
    scripted.replies = (Reply("utter_request_callback", "", kind="callback_form"),)
    half = ("ring me", "1", "y", "n", "n", "n", "more", "1", "n", "n", "y", "1", SENTENCE[:40])
    for body in (*half, "Punjabi", "y", "SEND", *half):
        send_text(client, linden, body)
    sweep(linden)
    out, err = capfd.readouterr()
    return everything_under(tmp_path) + caplog.text.encode() + out.encode() + err.encode()


def test_no_sentinel_is_in_any_answer_given_afterwards(journey: bytes, app: Flask, client: FlaskClient, linden: Parts, tmp_path: Path) -> None:
    lead = Hand(app, "lena", tmp_path, service="demo-wolverhampton").enrol(Role.LEAD)
    for request in linden.desk.waiting():
        lead.post(f"requests/{request.id}/claim")
    given = [lead.get(page).data for page in ("queue", "audit", "health", "deletion", "people", "me")]
    given += [client.get(page).data for page in ("/", "/readyz", "/callback/recipients?service=demo-wolverhampton")]
    given += [
        client.post("/callback/form", data={"area": "Wolverhampton"}).data,
        app.test_cli_runner().invoke(args=["helpline", "list"]).output.encode(),
    ]
    assert len(linden.desk.waiting()) == 2, "one by the form, one by text"
    for sentinel in SPELLINGS:
        assert all(sentinel.encode() not in answer for answer in given), sentinel


@pytest.mark.parametrize("sentinel", SPELLINGS)
def test_no_sentinel_is_in_any_file_log_or_table(journey: bytes, sentinel: str) -> None:
    assert sentinel.encode() not in journey


def test_number_postcode_and_email_never_reach_rasa(journey: bytes, scripted: Scripted) -> None:
    sent = str(scripted.sent)
    assert SENTENCE in sent, "the journey itself must have reached Rasa"
    for sentinel in (NUMBER, "7700", POSTCODE, "WV6", EMAIL, "example.org"):
        assert sentinel not in sent


def test_callback_answers_never_reach_rasa(client: FlaskClient, linden: Parts, scripted: Scripted, tmp_path: Path) -> None:
    add_keys(tmp_path, linden, "demo-dudley")
    send_text(client, linden, "dudley")
    scripted.replies = (Reply("utter_request_callback", "", kind="callback_form"),)
    send_text(client, linden, "ring me please")
    before = len(scripted.sent)
    for body in ("1", "y", "n", "n", "n", "more", "2", "n", "n", "y", "1", "Heron", "Polish", "y", "send"):
        send_text(client, linden, body)
    assert len(scripted.sent) == before
    assert len(linden.desk.waiting()) == 1


def test_a_token_is_in_no_address_and_no_cookie(client: FlaskClient) -> None:
    answer = client.post("/chat", data={"session": "", "turn": "1", "text": "hello"})
    token = Page(answer.data).hidden("session")
    assert token not in str(answer.headers)
    html = answer.data.decode()
    assert f'href="{token}' not in html
    assert html.count(token) == html.count(f'value="{token}"')


def test_what_was_said_is_not_shown_again_once_left(client: FlaskClient, clock: Clock) -> None:
    page = Page(client.post("/chat", data={"session": "", "turn": "1", "text": SENTENCE}).data)
    client.post("/leave", data={"session": page.hidden("session")})
    again = client.post("/chat", data={"session": page.hidden("session"), "turn": "1", "text": ""})
    assert again.status_code == 410
    assert SENTENCE.encode() not in again.data


def test_the_columns_of_a_request_are_those_the_privacy_page_names() -> None:
    listed = (ROOT / "docs/privacy.md").read_text().split("## The columns of a request")[1].split("##")[0]
    named = [name for row in re.findall(r"^\| (`.*?) \|", listed, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(column.name for column in Base.metadata.tables["callback_request"].columns)


def test_every_table_is_in_the_privacy_page() -> None:
    told = (ROOT / "docs/privacy.md").read_text()
    assert [table for table in Base.metadata.tables if f"`{table}" not in told] == []
