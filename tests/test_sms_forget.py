"""Twilio is made to forget, against a stand-in that follows the published Message resource: list by page, delete, Basic auth."""

import base64
import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.clock import NOON
from webhook.app import twilio_messages
from webhook.config import load_config
from webhook.sms.forget import TwilioMessages, start_forgetting

ACCOUNT, TOKEN = "AC" + "0" * 32, "a token"
BASE = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"


@dataclass
class StandIn:
    """Twilio's Message resource as published: 401 without credentials, pages, 204, 404, and a refusal for what is under way."""

    messages: dict[str, dict[str, str | None]] = field(default_factory=dict)
    page: int = 2
    address: str = ""
    asked: list[str] = field(default_factory=list)
    emptied: threading.Event = field(default_factory=threading.Event)

    def add(self, sid: str, status: str, minutes: float = 60) -> None:
        created = format_datetime(NOON - timedelta(minutes=minutes))
        self.messages[sid] = {"sid": sid, "status": status, "date_created": created, "body": "heron", "to": "+447700900123", "error_code": None}

    def answer(self, method: str, url: str, authorised: bool) -> tuple[int, object]:
        path, query = urlsplit(url).path, parse_qs(urlsplit(url).query)
        self.asked.append(f"{method} {path}")
        if not authorised:
            return 401, {"code": 20003, "status": 401}
        if method == "GET" and path == f"{BASE}.json":
            start = int(query.get("Page", ["0"])[0]) * self.page
            rest = len(self.messages) > start + self.page
            following = f"{BASE}.json?PageSize={self.page}&Page={start // self.page + 1}" if rest else None
            return 200, {"messages": list(self.messages.values())[start : start + self.page], "next_page_uri": following}
        message = self.messages.get(path.removeprefix(f"{BASE}/").removesuffix(".json"))
        if message is None:
            return 404, {"code": 20404, "status": 404}
        if message["status"] in ("queued", "sending", "sent"):
            return 409, {"status": 409}
        del self.messages[str(message["sid"])]
        if not self.messages:
            self.emptied.set()
        return 204, None


@pytest.fixture
def twilio() -> Iterator[StandIn]:
    stand_in = StandIn()
    expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            status, body = stand_in.answer(self.command, self.path, self.headers.get("Authorization") == expected)
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_DELETE = handle_one  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield stand_in
    server.shutdown()
    server.server_close()


def test_what_reached_its_end_is_deleted_from_every_page_and_the_rest_is_left(twilio: StandIn) -> None:
    for number, status in enumerate(("delivered", "received", "queued", "undelivered", "sending", "failed")):
        twilio.add(f"SM{number}", status)
    twilio.add("SMnew", "received", minutes=1)
    assert TwilioMessages(ACCOUNT, TOKEN, twilio.address).forget_done(NOON) == 4
    assert set(twilio.messages) == {"SM2", "SM4", "SMnew"}
    assert TwilioMessages(ACCOUNT, TOKEN, twilio.address).forget_done(NOON + timedelta(minutes=10)) == 1


def test_what_is_gone_already_is_no_error_and_what_is_refused_is_left_for_later(twilio: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "webhook.sms.forget")
    twilio.add("SM1", "delivered")
    twilio.add("SM2", "delivered")
    real = twilio.answer

    def answer(method: str, url: str, authorised: bool) -> tuple[int, object]:
        if method == "DELETE" and url.endswith("SM1.json"):
            del twilio.messages["SM1"]
        if method == "DELETE" and url.endswith("SM2.json"):
            twilio.messages["SM2"]["status"] = "sending"
        return real(method, url, authorised)

    twilio.answer = answer  # type: ignore[method-assign]
    assert TwilioMessages(ACCOUNT, TOKEN, twilio.address).forget_done(NOON) == 1
    assert set(twilio.messages) == {"SM2"}
    assert "1 of 2" in caplog.text
    assert "SM2" not in caplog.text


def test_wrong_credentials_delete_nothing(twilio: StandIn) -> None:
    twilio.add("SM1", "delivered")
    with pytest.raises(requests.HTTPError):
        TwilioMessages(ACCOUNT, "wrong", twilio.address).forget_done(NOON)
    assert set(twilio.messages) == {"SM1"}


def test_in_the_background_it_survives_a_failure_and_logs_no_words(twilio: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    twilio.add("SM1", "delivered")
    failed = threading.Event()
    real = twilio.answer

    def answer(method: str, url: str, authorised: bool) -> tuple[int, object]:
        if not failed.is_set():
            failed.set()
            return 503, {}
        return real(method, url, authorised)

    twilio.answer = answer  # type: ignore[method-assign]
    stop = start_forgetting(TwilioMessages(ACCOUNT, TOKEN, twilio.address), lambda: NOON, every=0.05)
    assert twilio.emptied.wait(20)
    stop.set()
    assert "HTTPError" in caplog.text
    assert "heron" not in caplog.text
    assert "7700" not in caplog.text


@pytest.mark.parametrize("env", [{}, {"TWILIO_AUTH_TOKEN": TOKEN}, {"TWILIO_ACCOUNT_SID": ACCOUNT}])
def test_it_is_off_without_both_credentials(tmp_path: Path, env: dict[str, str]) -> None:
    assert twilio_messages(load_config(env, tmp_path)) is None


def test_with_both_it_speaks_to_twilio_itself(tmp_path: Path) -> None:
    messages = twilio_messages(load_config({"TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_ACCOUNT_SID": ACCOUNT}, tmp_path))
    assert messages is not None
    assert messages.api == "https://api.twilio.com"
