"""The chat page without JavaScript: ordinary forms, a way out, nothing loaded from elsewhere, nothing kept."""

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.conftest import Scripted
from webhook.parts import Parts
from webhook.replies import Button, Reply

NOW = "he has got a knife and hes outside"


class Page(HTMLParser):
    """Collects the attributes of every tag."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def hidden(self, name: str) -> str:
        return next(a["value"] or "" for tag, a in self.tags if tag == "input" and a.get("name") == name and a.get("value"))


def test_a_message_is_answered_on_a_page_that_is_not_kept(client: FlaskClient) -> None:
    answer = client.post("/chat", data={"session": "", "turn": "1", "text": "hello"})
    assert answer.status_code == 200
    assert b"Hello. I" in answer.data
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_conversation_goes_on_with_the_hidden_token(client: FlaskClient, scripted: Scripted) -> None:
    page = Page(client.post("/chat", data={"session": "", "turn": "1", "text": "hello"}).data)
    client.post("/chat", data={"session": page.hidden("session"), "turn": page.hidden("turn"), "text": "again"})
    assert scripted.sent[0][0] == scripted.sent[1][0]


def test_posting_a_page_again_has_no_second_effect(client: FlaskClient, scripted: Scripted) -> None:
    page = Page(client.post("/chat", data={"session": "", "turn": "1", "text": "hello"}).data)
    form = {"session": page.hidden("session"), "turn": "2", "text": "again"}
    assert client.post("/chat", data=form).data == client.post("/chat", data=form).data
    assert len(scripted.sent) == 2


def first_words(client: FlaskClient, text: str) -> dict[str, str]:
    return {"session": "", "page": Page(client.get("/").data).hidden("page"), "turn": "1", "text": text}


def test_first_words_sent_again_are_the_same_chat(client: FlaskClient, scripted: Scripted) -> None:
    form = first_words(client, "hello")
    assert client.post("/chat", data=form).data == client.post("/chat", data=form).data
    assert len(scripted.sent) == 1


@pytest.mark.parametrize("then", [{}, {"then": "start"}, {"then": "close"}])
def test_first_words_sent_again_after_leaving_open_no_chat(client: FlaskClient, scripted: Scripted, linden: Parts, then: dict[str, str]) -> None:
    form = first_words(client, NOW)
    page = Page(client.post("/chat", data=form).data)
    client.post("/leave", data={"session": page.hidden("session"), **then})
    again = client.post("/chat", data=form)
    assert again.status_code == 410
    assert b"999" in again.data, "danger is still answered"
    assert b"Hello. I" not in again.data
    assert not linden.conversations.held
    assert client.post("/chat", data=form | {"text": "other words"}).status_code == 200


def test_danger_stands_first_on_the_page(client: FlaskClient, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_quick_exit", ""),)
    html = client.post("/chat", data={"session": "", "turn": "1", "text": NOW}).data.decode()
    log = html[html.index('role="log"') :]
    assert log.index("Call 999 now.") < log.index("Press Leave now")


def test_a_choice_is_a_button_of_a_form(client: FlaskClient, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_greet", "Hello.", (Button("Local help", "/local_contacts"),)),)
    page = Page(client.post("/chat", data={"session": "", "turn": "1", "text": "hello"}).data)
    payload = next(a["value"] for tag, a in page.tags if tag == "button" and a.get("name") == "payload")
    client.post("/chat", data={"session": page.hidden("session"), "turn": "2", "payload": payload})
    assert scripted.sent[-1][2] == "/local_contacts"


def test_a_number_can_be_tapped_by_its_own_digits(client: FlaskClient, scripted: Scripted) -> None:
    contact = dict.fromkeys(("id", "url", "text_line", "hours", "published", "checked_on", "due"), "")
    contact |= {"name": "A line", "what": "Help", "who": "anyone", "number": "01384 455411", "dial": "01384455411"}
    scripted.replies = (Reply("utter_contact_card", "", kind="contacts", contact=contact),)
    page = Page(client.post("/chat", data={"session": "", "turn": "1", "text": "who can help"}).data)
    assert "tel:01384455411" in [a.get("href") for _, a in page.tags]


def test_leaving_by_button_forgets_and_goes_to_the_neutral_page(client: FlaskClient, scripted: Scripted, linden: Parts) -> None:
    page = Page(client.post("/chat", data={"session": "", "turn": "1", "text": "hello"}).data)
    answer = client.post("/leave", data={"session": page.hidden("session")})
    assert answer.status_code == 303
    assert answer.headers["Location"] == linden.config.exit_url
    assert len(scripted.forgotten) == 1
    assert answer.data == b""


def test_the_plain_link_only_redirects(client: FlaskClient, linden: Parts) -> None:
    answer = client.get("/leave")
    assert (answer.status_code, answer.headers["Location"]) == (303, linden.config.exit_url)


def test_asking_to_hide_leaves_at_once(client: FlaskClient, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_quick_exit", "Press Leave now."),)
    assert client.post("/chat", data={"session": "", "turn": "1", "text": "hide this"}).status_code == 303


def test_what_was_typed_stays_in_the_box_when_it_is_refused(client: FlaskClient) -> None:
    answer = client.post("/chat", data={"session": "", "turn": "1", "text": "long words " * 200})
    assert answer.status_code == 413
    assert b"long words long words" in answer.data


def test_an_ended_chat_shows_no_word_of_it(client: FlaskClient) -> None:
    answer = client.post("/chat", data={"session": "gone", "turn": "4", "text": "what i said"})
    assert answer.status_code == 410
    assert b"what i said" not in answer.data
    assert b"999" in answer.data


@pytest.mark.parametrize("path", ["/", "/privacy", "/nothing-here"])
def test_every_page_says_it_is_a_demonstration_and_loads_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    page = Page(answer.data)
    assert b"Demonstration: not for real use" in answer.data
    loaded = [a.get("src") or a.get("href") for tag, a in page.tags if tag in ("script", "link", "img", "iframe")]
    assert all(address and address.startswith("/static/") for address in loaded)
    assert b"style=" not in answer.data
    assert "Set-Cookie" not in answer.headers


def test_the_limits_are_said_before_the_first_message(client: FlaskClient) -> None:
    html = client.get("/").data.decode()
    for words in (
        "Nobody is reading this",
        "The chat is wiped when you leave",
        "It cannot hide this visit",
        "Leave now takes you",
        "In danger, call 999",
    ):
        assert words in html
    assert html.index("Before you start") < html.index("<textarea")


def test_the_title_tells_nothing(client: FlaskClient) -> None:
    title = re.search(r"<title>(.*)</title>", client.get("/").data.decode())
    assert title is not None
    assert not re.search(r"abuse|help|violence|linden|chat", title[1], re.I)


@pytest.mark.parametrize(
    ("directive", "allowed"),
    [
        ("default-src", ["'none'"]),
        ("script-src", ["'self'"]),
        ("style-src", ["'self'"]),
        ("img-src", ["'self'"]),
        ("connect-src", ["'self'"]),
        ("form-action", ["'self'", "https://www.bbc.co.uk"]),
        ("base-uri", ["'none'"]),
        ("frame-ancestors", ["'none'"]),
    ],
)
def test_each_directive_of_the_policy_allows_only_what_is_used(client: FlaskClient, directive: str, allowed: list[str]) -> None:
    policy = {part.split()[0]: part.split()[1:] for part in client.get("/").headers["Content-Security-Policy"].split("; ")}
    assert policy[directive] == allowed
    assert len(policy) == 8


def test_the_other_headers_are_on_every_answer(client: FlaskClient) -> None:
    for answer in (client.get("/"), client.post("/chat/open"), client.get("/nothing"), client.post("/sms")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
