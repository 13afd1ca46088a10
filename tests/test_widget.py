"""The widget as it is served: who may frame it, what the loader weighs, and that the demonstration page is one."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.browser.matrix import CASES
from tests.conftest import ROOT, Clock, Scripted, make_app
from webhook.config import load_config
from webhook.errors import ConfigInvalid
from webhook.headers import content_security_policy

COUNCIL = "https://www.council.example"
PASSED = ("out, ", "blank, forgotten", "nothing shown", "the browser's own notice", "posted again, told that it has ended")
LOADER_BYTES, FRONT_END_BYTES = 4 * 1024, 40 * 1024


def policy(client: FlaskClient, path: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in client.get(path).headers["Content-Security-Policy"].split("; ")}


@pytest.fixture
def embedded(tmp_path: Path, clock: Clock) -> FlaskClient:
    return make_app(tmp_path, Scripted(), clock, EMBED_ORIGINS=f"{COUNCIL} https://two.example").test_client()


def test_only_the_listed_origins_may_frame_the_widget(embedded: FlaskClient) -> None:
    assert policy(embedded, "/widget")["frame-ancestors"] == ["'self'", COUNCIL, "https://two.example"]
    assert "X-Frame-Options" not in embedded.get("/widget").headers


@pytest.mark.parametrize("path", ["/", "/privacy", "/demo", "/widget/", "/nothing", "/chat/open"])
def test_nothing_else_may_be_framed(embedded: FlaskClient, path: str) -> None:
    assert policy(embedded, path)["frame-ancestors"] == ["'none'"]
    assert embedded.get(path).headers["X-Frame-Options"] == "DENY"


def test_without_a_list_nobody_may_frame_it() -> None:
    assert content_security_policy("https://www.bbc.co.uk").endswith("frame-ancestors 'none'")


@pytest.mark.parametrize("origin", ["https://*.gov.uk", "https://a.example/path", "a.example", "https://a.example/"])
def test_an_origin_that_is_not_exact_stops_the_start(origin: str) -> None:
    with pytest.raises(ConfigInvalid, match="EMBED_ORIGINS"):
        load_config({"EMBED_ORIGINS": origin}, ROOT)


def test_only_the_demonstration_page_frames_anything(embedded: FlaskClient) -> None:
    assert policy(embedded, "/demo")["frame-src"] == ["'self'"]
    assert "frame-src" not in policy(embedded, "/widget")


def test_another_site_may_load_the_loader_and_nothing_else(embedded: FlaskClient) -> None:
    assert embedded.get("/widget.js").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert embedded.get("/static/chat.js").headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_loader_and_the_front_end_keep_to_their_budgets(embedded: FlaskClient) -> None:
    assert len(embedded.get("/widget.js").data) <= LOADER_BYTES
    own = [path for path in (ROOT / "webhook/static").glob("*") if path.suffix in (".js", ".css") and not path.stem.startswith(("demo", "seal"))]
    assert sum(path.stat().st_size for path in own) <= FRONT_END_BYTES


@pytest.mark.parametrize(
    "name", ["document.cookie", "localStorage", "sessionStorage", "indexedDB", "pushState", "serviceWorker", "innerHTML", "location.hash"]
)
def test_the_front_end_never_touches_what_would_leave_a_trace(name: str) -> None:
    for path in [*(ROOT / "webhook/static").glob("*.js"), ROOT / "webhook/templates/widget.js"]:
        assert name not in path.read_text("utf-8"), path.name


def test_the_framed_page_sends_plain_forms_to_the_whole_window(embedded: FlaskClient) -> None:
    assert b'<base target="_top">' in embedded.get("/widget").data
    assert b"<base" not in embedded.get("/").data


def test_the_demonstration_page_is_not_there_in_live_mode(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhook.app.refuse_unless_fit", lambda *_: None)
    client = make_app(tmp_path, Scripted(), clock, LINDEN_MODE="live").test_client()
    assert client.get("/demo").status_code == 404
    assert policy(client, "/widget")["frame-ancestors"] == ["'none'"]


def test_a_chat_opens_in_the_borough_the_council_page_names(embedded: FlaskClient) -> None:
    held = embedded.application.extensions["linden"].conversations.held
    embedded.post("/chat/open", data=json.dumps({"area": "Sandwell"}))
    embedded.post("/chat/open", data=json.dumps({"area": "<nowhere>" * 90}))
    assert [conversation.area for conversation in held.values()] == ["Sandwell", None]


@pytest.mark.parametrize(("then", "shown"), [("start", b"Before you start"), ("close", b"Cleared.")])
def test_start_again_and_clear_forget_without_javascript(embedded: FlaskClient, then: str, shown: bytes) -> None:
    token = json.loads(embedded.post("/chat/open").data)["session"]
    answer = embedded.post("/leave", data={"session": token, "then": then})
    assert answer.status_code == 200
    assert shown in answer.data
    assert not embedded.application.extensions["linden"].conversations.held


def test_999_stays_at_the_top_of_the_plain_pages_that_follow(embedded: FlaskClient) -> None:
    html = embedded.post("/chat", data={"session": "", "turn": "1", "text": "hello", "danger": "now"}).data.decode()
    assert html.index("tel:999") < html.index("<main")
    form = embedded.post("/callback/form", data={"area": "Dudley", "danger": "high"}).data.decode()
    assert form.index("tel:999") < form.index("<main")
    assert "tel:999" not in embedded.get("/privacy").data.decode()


def test_the_measured_ways_out_are_all_there_and_all_lead_out() -> None:
    rows = [line.split(" | ") for line in (ROOT / "docs/leaving.md").read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    assert [row[0].removeprefix("| ") for row in rows] == list(CASES)
    for row in rows:
        assert [cell for cell in row[2:] if not cell.startswith(PASSED)] == [], row[0]
        assert len(row[2:]) == 3
