"""The chat contract, as the outside sees it."""

import threading
import time

import pytest
from flask.testing import FlaskClient

from tests.conftest import Scripted
from webhook.parts import Parts
from webhook.replies import Button, Reply

NOW = "he has got a knife and hes outside"
LIFELINES = ("999", "0808 2000 247", "0808 801 0327")


def opened(client: FlaskClient) -> str:
    return client.post("/chat/open").get_json()["session"]


def say(client: FlaskClient, session: str, **body: object):
    return client.post("/chat/message", json=body, headers={"X-Chat-Session": session})


def texts(answer: dict) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def test_opening_a_chat_gives_a_token_and_no_cookie(client: FlaskClient) -> None:
    answer = client.post("/chat/open")
    assert answer.status_code == 201
    assert len(answer.get_json()["session"]) >= 40
    assert "Set-Cookie" not in answer.headers


def test_a_message_is_answered_in_the_agreed_form(client: FlaskClient, linden: Parts) -> None:
    answer = say(client, opened(client), text="hello", turn=1)
    assert answer.status_code == 200
    greeting = {"id": "utter_greet", "text": linden.words.say("utter_greet"), "buttons": [], "kind": "text"}
    assert answer.get_json() == {"danger": "none", "replies": [greeting]}


def test_danger_comes_first_and_is_said_once(client: FlaskClient, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_danger_now", "the block again"), Reply("utter_weapon", "and more"))
    answer = say(client, opened(client), text=NOW, turn=1).get_json()
    assert answer["danger"] == "now"
    assert [reply["id"] for reply in answer["replies"]] == ["utter_danger_now", "utter_weapon"]
    assert answer["replies"][0]["text"].startswith("Call 999 now.")
    assert "Nobody is reading this" in answer["replies"][0]["text"]


def test_high_danger_is_shown_above_the_answer(client: FlaskClient, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_threat_to_kill", "an answer"),)
    answer = say(client, opened(client), text="he says he will kill me", turn=1).get_json()
    assert answer["danger"] == "high"
    assert "999" in answer["replies"][0]["text"]
    assert answer["replies"][1]["id"] == "utter_threat_to_kill"


@pytest.mark.parametrize("jarring", ["utter_out_of_scope", "utter_greet", "utter_affirm", "utter_deny", "utter_start_over"])
def test_after_danger_nobody_is_told_that_it_is_not_our_matter(client: FlaskClient, scripted: Scripted, jarring: str) -> None:
    scripted.replies = (Reply(jarring, ""),)
    answer = say(client, opened(client), text=NOW, turn=1).get_json()
    assert [reply["id"] for reply in answer["replies"]] == ["utter_danger_now"]


def test_with_rasa_down_danger_and_the_national_lines_are_still_there(client: FlaskClient, scripted: Scripted) -> None:
    scripted.error = True
    session = opened(client)
    assert texts(say(client, session, text=NOW, turn=1).get_json()).startswith("Call 999 now.")
    answer = say(client, session, text="what is a dvpo", turn=2).get_json()
    assert all(line in texts(answer) for line in LIFELINES)
    assert "Ask for a call" in [button["title"] for button in answer["replies"][0]["buttons"]]
    scripted.error = False
    assert say(client, session, text="hello", turn=3).get_json()["replies"][0]["id"] == "utter_greet"


def test_with_rasa_down_the_borough_is_remembered(client: FlaskClient, scripted: Scripted) -> None:
    scripted.error = True
    answer = say(client, opened(client), text="I live in DY1 1AA, who can help", turn=1).get_json()
    assert "01384 455411" in texts(answer)
    assert "Not yet checked by us, published 2020" in texts(answer)


def test_the_same_turn_again_has_the_same_answer_and_no_second_effect(client: FlaskClient, scripted: Scripted) -> None:
    session = opened(client)
    first = say(client, session, text="hello", turn=1).get_json()
    assert say(client, session, text="hello", turn=1).get_json() == first
    assert len(scripted.sent) == 1


def test_the_same_turn_twice_at_once_reaches_rasa_once(client: FlaskClient, scripted: Scripted) -> None:
    session = opened(client)
    scripted.before = lambda: time.sleep(0.1)
    answers: list[dict] = []
    threads = [
        threading.Thread(target=lambda: answers.append(say(client.application.test_client(), session, text="hello", turn=1).get_json()))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(scripted.sent) == 1
    assert all(answer == answers[0] for answer in answers)


def test_danger_in_a_repeated_turn_is_still_answered(client: FlaskClient) -> None:
    session = opened(client)
    say(client, session, text="hello", turn=1)
    assert say(client, session, text=NOW, turn=1).get_json()["danger"] == "now"


def test_danger_now_does_not_wait_for_a_turn_under_way(client: FlaskClient, scripted: Scripted) -> None:
    session = opened(client)
    hold, started = threading.Event(), threading.Event()
    scripted.before = lambda: (started.set(), hold.wait(5))
    slow = threading.Thread(target=lambda: say(client.application.test_client(), session, text="hello", turn=1))
    slow.start()
    started.wait(5)
    answer = say(client, session, text=NOW, turn=2).get_json()
    still_held = slow.is_alive()
    hold.set()
    slow.join()
    assert still_held
    assert answer["danger"] == "now"
    assert answer["replies"][0]["text"].startswith("Call 999 now.")


def test_a_button_works_only_in_the_chat_it_was_offered_in(client: FlaskClient, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_greet", "Hello.", (Button("Walsall", "/inform_area"),)),)
    session, other = opened(client), opened(client)
    token = say(client, session, text="hello", turn=1).get_json()["replies"][0]["buttons"][0]["payload"]
    assert "inform_area" not in token
    say(client, other, payload=token, turn=1)
    assert len(scripted.sent) == 1
    say(client, session, payload=token, turn=2)
    assert scripted.sent[-1][2] == "/inform_area"
    assert scripted.sent[-1][3]["area"] == "Walsall"


@pytest.mark.parametrize("text", ["/restart", "//greet", '/intent{"x":1}@0.9', " / /restart"])
def test_a_typed_slash_is_plain_text(client: FlaskClient, scripted: Scripted, text: str) -> None:
    say(client, opened(client), text=text, turn=1)
    assert all(not sent[2].startswith("/") for sent in scripted.sent)


def test_over_long_text_is_read_for_danger_before_it_is_refused(client: FlaskClient, scripted: Scripted) -> None:
    answer = say(client, opened(client), text=f"{NOW} " + "and so on " * 300, turn=1)
    assert answer.status_code == 413
    assert answer.get_json()["danger"] == "now"
    assert scripted.sent == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"not json", 400, id="not JSON"),
        pytest.param(b"[1]", 400, id="not an object"),
        pytest.param(b'{"text": 5}', 400, id="text that is no text"),
        pytest.param(b'{"text": "hi", "turn": "one"}', 400, id="turn that is no number"),
        pytest.param(b"[" * 60_000, 400, id="deep JSON"),
        pytest.param(b"\xff\xfe", 400, id="not UTF-8"),
        pytest.param(b'{"text": "' + b"x" * 70_000 + b'"}', 413, id="over 64 KiB"),
    ],
)
def test_every_refusal_still_gives_999_and_the_national_lines(client: FlaskClient, body: bytes, status: int) -> None:
    answer = client.post("/chat/message", data=body, headers={"X-Chat-Session": opened(client), "Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.get_json()["danger"] in ("none", "high", "now")
    assert all(line in texts(answer.get_json()) for line in LIFELINES)


def test_an_ended_chat_says_so_and_still_hears_danger(client: FlaskClient) -> None:
    answer = say(client, "no such token", text=NOW, turn=1)
    assert answer.status_code == 410
    assert answer.get_json()["danger"] == "now"
    assert answer.get_json()["replies"][0]["text"].startswith("Call 999 now.")


@pytest.mark.parametrize("how", ["header", "plain", "json"])
def test_leaving_forgets_everywhere_at_once(client: FlaskClient, scripted: Scripted, linden: Parts, how: str) -> None:
    session = opened(client)
    say(client, session, text="hello", turn=1)
    if how == "header":
        client.post("/chat/leave", headers={"X-Chat-Session": session})
    elif how == "plain":
        client.post("/chat/leave", data=session, content_type="text/plain;charset=UTF-8")
    else:
        client.post("/chat/leave", json={"session": session})
    assert scripted.forgotten == [scripted.sent[0][0]]
    assert linden.conversations.held == {}
    assert say(client, session, text="hello", turn=2).status_code == 410


def test_a_conversation_is_capped_and_says_so(client: FlaskClient, linden: Parts) -> None:
    session = opened(client)
    next(iter(linden.conversations.held.values())).turns = 60
    answer = say(client, session, text="hello", turn=61)
    assert answer.status_code == 429
    assert "999" in texts(answer.get_json())


def test_too_fast_is_refused_but_danger_never_is(client: FlaskClient, linden: Parts) -> None:
    session = opened(client)
    for _ in range(130):
        linden.limits.allow("message", "127.0.0.0/24")
    assert say(client, session, text="hello", turn=1).status_code == 429
    answer = say(client, session, text=NOW, turn=2)
    assert answer.status_code == 200
    assert answer.get_json()["danger"] == "now"


def test_personal_details_do_not_reach_rasa_but_the_borough_does(client: FlaskClient, scripted: Scripted) -> None:
    say(client, opened(client), text="im at 12 High Street DY1 1AA ring 07700 900123 or a@b.co", turn=1)
    _, _, text, metadata = scripted.sent[0]
    assert text == "im at (address) (postcode) ring (number) or (email)"
    assert metadata == {"turn": "1", "area": "Dudley"}


def test_asking_to_delete_forgets_at_rasa(client: FlaskClient, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_delete_chat", "Done."),)
    say(client, opened(client), text="delete my messages", turn=1)
    assert len(scripted.forgotten) == 1


def test_an_error_nobody_foresaw_still_gives_999(client: FlaskClient, scripted: Scripted) -> None:
    def broken() -> None:
        raise RuntimeError("not foreseen")

    scripted.before = broken
    answer = say(client, opened(client), text="hello", turn=1)
    assert answer.status_code == 503
    assert all(line in texts(answer.get_json()) for line in LIFELINES)
