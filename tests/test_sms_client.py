"""Texts as a real client posts them: Twilio's own library signs, and a real socket carries them."""

import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests
from flask import Flask
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from tests.conftest import Clock, Scripted, make_app
from tests.test_sms import NOW, SENDER
from webhook.parts import NAME
from webhook.replies import Reply
from webhook.sms.gsm7 import segments
from webhook.store.models import TextMessage

# As Twilio publishes it, in its documentation on validating requests.
FIELDS = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030", "To": "+18005551212"}


class Phone:
    """A phone that texts through Twilio: posts over a real socket, signed for the configured address."""

    def __init__(self, app: Flask, port: int) -> None:
        self.linden, self.address = app.extensions[NAME], f"http://127.0.0.1:{port}/sms"

    def post(self, body: str, sender: str = SENDER, sid: str | None = None, **more: str) -> requests.Response:
        form = {
            "ToCountry": "GB",
            "SmsMessageSid": "SM",
            "NumMedia": "0",
            "SmsStatus": "received",
            "MessageSid": sid or f"SM{secrets.token_hex(16)}",
            "AccountSid": "AC" + "0" * 32,
            "From": sender,
            "To": "+447700900000",
            "Body": body,
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
            **more,
        }
        signature = RequestValidator(self.linden.twilio_token).compute_signature(f"{self.linden.config.own_url}/sms", form)
        return requests.post(self.address, data=form, headers={"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}, timeout=20)

    def text(self, body: str, sender: str = SENDER, sid: str | None = None, **more: str) -> str:
        answer = self.post(body, sender, sid, **more)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/xml")
        return "".join(ElementTree.fromstring(answer.content).itertext())


@pytest.fixture
def phone(app: Flask) -> Iterator[Phone]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Phone(app, server.server_port)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("address", "fields", "signature"),
    [
        ("https://mycompany.com/myapp.php?foo=1&bar=2", FIELDS, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        ("https://mycompany.com:1234/myapp.php?foo=1&bar=2", FIELDS, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_the_published_vectors_hold_for_the_library_in_use(address: str, fields: dict[str, str], signature: str) -> None:
    assert RequestValidator("12345").validate(address, fields, signature)
    assert not RequestValidator("12346").validate(address, fields, signature)
    assert not RequestValidator("12345").validate(address, fields | {"Digits": "1235"}, signature)


def test_a_signed_text_over_a_socket_is_answered(phone: Phone) -> None:
    assert "Is it safe to text?" in phone.text("hi")


@pytest.mark.parametrize("spoiled", ["", "AAAA", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="])
def test_a_text_with_another_signature_is_refused_over_a_socket(phone: Phone, spoiled: str) -> None:
    answer = requests.post(
        phone.address, data={"MessageSid": "SM1", "From": SENDER, "Body": "hi"}, headers={"X-Twilio-Signature": spoiled}, timeout=20
    )
    assert (answer.status_code, answer.content) == (403, b"")


def test_text_in_other_alphabets_is_signed_and_read_as_sent(phone: Phone, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_language_help", "I only know English, sorry."),)
    assert "only know English" in phone.text("ਕਿਰਪਾ ਕਰਕੇ ਮਦਦ ਕਰੋ 🌼 cześć + & =")
    assert "ਮਦਦ" in scripted.sent[0][2]


def test_fifty_duplicates_at_once_have_one_effect_and_one_reply(phone: Phone, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_dvpo_what", "A DVPN is a police notice."),)
    scripted.before = lambda: time.sleep(0.2)
    with ThreadPoolExecutor(50) as pool:
        said = Counter(pool.map(lambda _: phone.text("what is a dvpo", sid="SMsame"), range(50)))
    assert len(scripted.sent) == 1
    with Session(phone.linden.queue) as session:
        assert session.query(TextMessage).count() == 1
    answered = next(body for body in said if "DVPN" in body)
    assert set(said) <= {answered, next((body for body in said if body != answered), answered)}
    assert all("DVPN" in body or "999" in body for body in said)


def test_texts_that_come_out_of_order_are_each_answered_for_what_they_say(phone: Phone, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_dvpo_what", "A DVPN is a police notice."),)
    phone.text("third", sid="SM3")
    assert phone.text(NOW, sid="SM1").startswith("Call 999 now.")
    phone.text("second", sid="SM2")
    assert phone.text("third", sid="SM3").startswith("DEMO")
    assert [sent[2] for sent in scripted.sent] == ["third", "second"]


def test_many_numbers_at_once_are_each_answered_once(phone: Phone, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_dvpo_what", "A DVPN is a police notice."),)
    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(lambda n: phone.text("what is a dvpo", sender=f"+4477009{n:05d}"), range(20)))
    assert all("DVPN" in body for body in said)
    assert len({sent[0] for sent in scripted.sent}) == 20


@pytest.mark.parametrize(
    "sender",
    [
        "+441384455411",
        "+448081570000",
        "+449098790123",
        "+447624123456",
        "+33612345678",
        "+15005550006",
        "+447012345678",
        "60777",
        "ExampleCo",
        "anonymous",
        "",
    ],
    ids=["landline", "freephone", "premium", "isle of man", "french mobile", "american", "personal 070", "short code", "name", "withheld", "none"],
)
def test_only_uk_mobiles_are_answered_and_no_other_text_has_an_effect(phone: Phone, scripted: Scripted, sender: str) -> None:
    assert phone.text("what is a dvpo", sender=sender) == ""
    assert phone.text(NOW, sender=sender) == ""
    assert scripted.sent == []
    with Session(phone.linden.queue) as session:
        assert session.query(TextMessage).count() == 0


def test_pictures_are_never_fetched(phone: Phone, scripted: Scripted) -> None:
    fetched: list[str] = []

    def trap(_environ: dict[str, str], start_response) -> list[bytes]:
        fetched.append("fetched")
        start_response("200 OK", [])
        return [b""]

    server = make_server("127.0.0.1", 0, trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        picture = {"NumMedia": "1", "MediaUrl0": f"http://127.0.0.1:{server.server_port}/p.jpg", "MediaContentType0": "image/jpeg"}
        assert "999" in phone.text("", **picture)
        phone.text("look at this", **picture)
    finally:
        server.shutdown()
        server.server_close()
    assert fetched == []


def test_a_refused_text_is_noted_from_a_signed_report_and_from_no_other(phone: Phone) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "21610", "To": SENDER, "From": "+447700900000"}
    address = phone.address + "/status"
    assert requests.post(address, data=form, headers={"X-Twilio-Signature": "AAAA"}, timeout=20).status_code == 403
    signature = RequestValidator(phone.linden.twilio_token).compute_signature(f"{phone.linden.config.own_url}/sms/status", form)
    for _ in range(2):
        assert requests.post(address, data=form, headers={"X-Twilio-Signature": signature}, timeout=20).status_code == 204
    assert "Is it safe to text?" in phone.text("hi"), "only the person's own STOP silences us"


def test_a_rasa_that_hangs_is_answered_for_by_the_front_door(tmp_path: Path, clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        app = make_app(tmp_path, None, clock, RASA_URL=f"http://127.0.0.1:{hung.getsockname()[1]}")
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            said = Phone(app, server.server_port).text("what is a dvpo")
        finally:
            server.shutdown()
            server.server_close()
    assert "I can't answer that just now. In danger call 999." in said
    assert said.endswith("Safe to text?")
    assert segments(said) <= 2
