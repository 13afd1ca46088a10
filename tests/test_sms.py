"""Text messages: signed by Twilio's own library, answered once, in the alphabet and size of a text."""

import secrets
import threading
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from tests.conftest import Clock, Scripted, add_keys, make_app
from webhook.numbers import uk_mobile, uk_number
from webhook.parts import NAME, Parts
from webhook.replies import Reply
from webhook.sms.gsm7 import LONGEST, fit, places, plain, segments
from webhook.store.models import Draft, TextMessage
from webhook.sweeper import sweep

NOW = "he has got a knife and hes outside"
SENDER = "+447700900123"


def post(client: FlaskClient, linden: Parts, body: str, sender: str = SENDER, sid: str | None = None, path: str = "/sms", **more: str):
    form = {"MessageSid": sid or f"SM{secrets.token_hex(16)}", "From": sender, "To": "+447700900000", "Body": body, **more}
    signature = RequestValidator(linden.twilio_token).compute_signature(f"{linden.config.own_url}{path}", form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def text(client: FlaskClient, linden: Parts, body: str, **more: str) -> str:
    answer = post(client, linden, body, **more)
    assert answer.status_code == 200
    return "".join(ElementTree.fromstring(answer.data).itertext())


# ---- signatures ------------------------------------------------------------------------------------------------------


def test_twilios_published_vector_is_accepted() -> None:
    """The example of Twilio's own documentation on validating requests."""
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030", "To": "+18005551212"}
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert RequestValidator("12345").validate(address, form, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")


@pytest.mark.parametrize("change", ["none", "wrong", "other body", "spoofed host"])
def test_a_forged_request_is_refused_with_nothing_said(client: FlaskClient, linden: Parts, scripted: Scripted, change: str) -> None:
    form = {"MessageSid": "SM1", "From": SENDER, "Body": "hello"}
    signature = RequestValidator(linden.twilio_token).compute_signature(f"{linden.config.own_url}/sms", form)
    headers = {"X-Twilio-Signature": signature}
    if change == "none":
        headers = {}
    elif change == "wrong":
        headers = {"X-Twilio-Signature": "AAAA" + signature[4:]}
    elif change == "other body":
        form["Body"] = "hello!"
    else:
        signature = RequestValidator(linden.twilio_token).compute_signature("https://evil.example/sms", form)
        headers = {"X-Twilio-Signature": signature, "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = client.post("/sms", data=form, headers=headers)
    assert (answer.status_code, answer.data) == (403, b"")
    assert scripted.sent == []
    with Session(linden.queue) as session:
        assert session.query(TextMessage).count() == 0


def test_with_a_public_address_and_no_token_every_text_is_refused(tmp_path: Path, clock: Clock) -> None:
    app = make_app(tmp_path, Scripted(), clock, PUBLIC_BASE_URL="https://linden.example")
    assert app.extensions[NAME].twilio_token is None
    assert app.test_client().post("/sms", data={"Body": "hello"}).status_code == 403


# ---- one effect ------------------------------------------------------------------------------------------------------


def test_the_same_text_again_gets_the_same_reply_and_no_second_effect(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    first = text(client, linden, "what is a dvpo", sid="SM1")
    assert text(client, linden, "what is a dvpo", sid="SM1") == first
    assert len(scripted.sent) == 1


def test_fifty_at_once_have_one_effect_and_one_body(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    scripted.before = lambda: time.sleep(0.2)
    bodies: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: bodies.append(post(client.application.test_client(), linden, "what is a dvpo", sid="SM1").data))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 50
    assert len(set(bodies)) == 1
    assert len(scripted.sent) == 1


def test_a_replay_after_a_day_gets_nothing_and_after_thirteen_months_the_hash_is_gone(
    client: FlaskClient, linden: Parts, scripted: Scripted, clock: Clock
) -> None:
    text(client, linden, "what is a dvpo", sid="SM1")
    clock.forward(hours=25)
    sweep(linden)
    assert text(client, linden, "what is a dvpo", sid="SM1") == ""
    assert len(scripted.sent) == 1
    clock.forward(days=400)
    sweep(linden)
    with Session(linden.queue) as session:
        assert session.query(TextMessage).count() == 0


def test_a_claim_whose_process_was_lost_is_answered_by_the_front_door(client: FlaskClient, linden: Parts, clock: Clock) -> None:
    with Session(linden.queue) as session:
        session.add(TextMessage(sid_tag=linden.keys.tag("sms/sid", "SM1"), received=clock().replace(tzinfo=None)))
        session.commit()
    clock.forward(seconds=6)
    assert "999" in text(client, linden, "hello", sid="SM1")
    assert text(client, linden, NOW, sid="SM1").startswith("Call 999 now.")


def test_neither_number_nor_sid_nor_reply_is_in_the_table(client: FlaskClient, linden: Parts) -> None:
    text(client, linden, "what is a dvpo", sid="SMsentinel")
    with Session(linden.queue) as session:
        row = session.query(TextMessage).one()
    assert "SMsentinel" not in row.sid_tag
    assert b"Hello" not in row.reply


# ---- what is said ----------------------------------------------------------------------------------------------------


def test_danger_now_is_one_text_with_999_first(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    reply = text(client, linden, NOW)
    assert reply.startswith("Call 999 now.")
    assert "press 55 when told to" in reply[:160]
    assert "Nobody is reading this" in reply
    assert segments(reply) == 2
    assert scripted.sent == []


def test_high_danger_has_999_in_the_first_160_characters_before_the_answer(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    rules_alone = replace(linden.front_door.detector, head=None)
    object.__setattr__(linden.front_door, "detector", rules_alone)
    scripted.replies = (Reply("utter_stay_safe_home", linden.words.say("utter_stay_safe_home", "sms")),)
    reply = text(client, linden, "he keeps a machete under the bed. can the council move me?")
    assert "999" in reply[:160]
    assert scripted.replies[0].text in reply


def test_the_first_text_that_asks_nothing_is_neutral(client: FlaskClient, linden: Parts) -> None:
    reply = text(client, linden, "hi")
    assert reply.startswith("DEMO: not for real use.")
    assert "Is it safe to text?" in reply
    for word in ("abuse", "violence", "helpline", "Linden"):
        assert word not in reply
    assert segments(linden.words.say("utter_sms_first", "sms")) == 1


def test_a_first_text_that_asks_something_is_answered_at_once(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    scripted.replies = (Reply("utter_dvpo_what", linden.words.say("utter_dvpo_what", "sms")),)
    reply = text(client, linden, "what is a dvpo")
    assert scripted.replies[0].text in reply
    assert reply.endswith("Safe to text?")
    assert "Safe to text?" not in text(client, linden, "and how long")


def test_the_demonstration_says_so_on_the_first_text_only(client: FlaskClient, linden: Parts) -> None:
    assert "DEMO" in text(client, linden, "what is a dvpo")
    assert "DEMO" not in text(client, linden, "what is a dvpo")


def test_two_numbers_are_two_conversations(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    text(client, linden, "what is a dvpo")
    text(client, linden, "what is a dvpo", sender="+447700900456")
    assert scripted.sent[0][0] != scripted.sent[1][0]
    assert "7700900" not in str(scripted.sent)


def test_rasa_down_by_text_gives_the_lines(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    scripted.error = True
    reply = text(client, linden, "what is a dvpo")
    for line in ("999", "0808 2000 247", "0808 801 0327"):
        assert line in reply
    assert places(reply) <= LONGEST


def fail() -> None:
    raise KeyError("nobody foresaw this")


@pytest.mark.parametrize("how", ["nothing said", "a card without a number", "an error nobody foresaw"])
def test_whatever_goes_wrong_behind_it_a_text_is_answered_with_999_and_the_lines(
    client: FlaskClient, linden: Parts, scripted: Scripted, how: str
) -> None:
    nameless = dict.fromkeys(("number", "hours", "checked_on", "published", "due", "text_line", "what", "who"), "")
    card = Reply("utter_contact_card", "Somewhere", kind="contacts", contact={"name": "Somewhere", "url": "example.org"} | nameless)
    scripted.replies = (card,) if how == "a card without a number" else ()
    scripted.before = fail if how == "an error nobody foresaw" else scripted.before
    reply = text(client, linden, "who can help")
    for line in ("999", "0808 2000 247", "0808 801 0327"):
        assert line in reply


@pytest.mark.parametrize("sender", ["+15005550006", "+441214960000", "+447624123456", "short", ""])
def test_only_uk_mobiles_are_answered(client: FlaskClient, linden: Parts, sender: str) -> None:
    assert text(client, linden, "hello", sender=sender) == ""


def test_media_is_ignored_and_never_fetched(client: FlaskClient, linden: Parts) -> None:
    reply = text(client, linden, "", NumMedia="1", MediaUrl0="http://127.0.0.1:9/picture")
    assert "999" in reply


def test_clear_forgets_and_answers_blandly(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    text(client, linden, "hello")
    assert text(client, linden, "CLEAR") == "OK, done."
    assert len(scripted.forgotten) == 1
    assert linden.conversations.held == {}


# ---- callback questions ----------------------------------------------------------------------------------------------


@pytest.fixture
def asking(client: FlaskClient, linden: Parts, scripted: Scripted, tmp_path: Path) -> FlaskClient:
    """A sender in Dudley, whose helpline has keys, who has just asked for a call."""
    add_keys(tmp_path, linden, "demo-dudley")
    text(client, linden, "im in dudley")
    scripted.replies = (Reply("utter_request_callback", "", kind="callback_form"),)
    assert "Safe times to ring you: 1 Mon 12 noon-3pm" in text(client, linden, "can someone ring me")
    return client


def test_a_call_is_asked_for_in_six_short_texts(asking: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    before = len(scripted.sent)
    assert "only then: Mon 23 Nov 12 noon-3pm and 6pm-9pm. Is that right and safe?" in text(asking, linden, "1 and 3")
    assert "in danger today" in text(asking, linden, "y")
    assert "under 18" in text(asking, linden, "n")
    assert "children" in text(asking, linden, "N")
    assert "no voicemail" in text(asking, linden, "y")
    sent = text(asking, linden, "send")
    assert "Sent and locked" in sent
    assert len(scripted.sent) == before
    request = linden.desk.waiting()[0]
    assert (request.service, request.danger, request.under_18, len(request.windows.split())) == ("demo-dudley", False, False, 2)
    receipt = sent.rsplit("text: ", 1)[1].splitlines()[0]
    assert "cancelled" in text(asking, linden, receipt)
    assert linden.desk.waiting() == []


def test_more_questions_change_the_safe_choices(asking: FlaskClient, linden: Parts) -> None:
    for body in ("1", "y", "y", "n", "n", "more", "2", "n", "n", "y", "1", "Sam", "Punjabi", "y"):
        reply = text(asking, linden, body)
    assert "Reply SEND" in reply
    text(asking, linden, "SEND")
    request = linden.desk.waiting()[0]
    assert request.danger
    assert request.booked == "interpreter: Punjabi; woman worker"


def test_an_answer_that_cannot_be_read_is_asked_again(asking: FlaskClient, linden: Parts) -> None:
    assert text(asking, linden, "when the cows come home").startswith("Sorry, I did not get that.")
    assert text(asking, linden, "99").startswith("Sorry, I did not get that.")


def test_no_stops_and_keeps_nothing(asking: FlaskClient, linden: Parts) -> None:
    assert "stopped" in text(asking, linden, "no")
    with Session(linden.queue) as session:
        assert session.query(Draft).count() == 0
    assert linden.desk.waiting() == []


def test_danger_in_the_middle_of_the_questions_comes_first_and_they_go_on(asking: FlaskClient, linden: Parts) -> None:
    assert text(asking, linden, NOW).startswith("Call 999 now.")
    assert "only then" in text(asking, linden, "1")


def test_half_finished_answers_are_sealed_and_expire(asking: FlaskClient, linden: Parts, clock: Clock) -> None:
    text(asking, linden, "1")
    with Session(linden.queue) as session:
        assert b"demo-dudley" not in session.query(Draft).one().sealed
    clock.forward(hours=3)
    sweep(linden)
    with Session(linden.queue) as session:
        assert session.query(Draft).count() == 0


def test_under_eighteens_are_sent_to_childline_where_the_helpline_cannot_ring_them(
    client: FlaskClient, linden: Parts, scripted: Scripted, tmp_path: Path
) -> None:
    add_keys(tmp_path, linden, "demo-sandwell")
    text(client, linden, "tipton")
    scripted.replies = (Reply("utter_request_callback", "", kind="callback_form"),)
    for body in ("ring me", "1", "y", "n"):
        text(client, linden, body)
    assert "0800 1111" in text(client, linden, "y")
    assert linden.desk.waiting() == []


def test_without_keys_nothing_is_asked_and_the_numbers_are_given(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    text(client, linden, "dudley")
    scripted.replies = (Reply("utter_request_callback", "", kind="callback_form"),)
    reply = text(client, linden, "can someone ring me")
    assert "nothing was sent" in reply
    assert "0808 2000 247" in reply
    with Session(linden.queue) as session:
        assert session.query(Draft).count() == 0


# ---- fitting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "left"), [("it\u2019s \u201cfine\u201d \u2013 ok\u2026", 'it\'s "fine" - ok...'), ("café ō 🙂", "café o "), ("a\tb", "a b")]
)
def test_other_alphabets_become_the_nearest_gsm7(given: str, left: str) -> None:
    assert plain(given) == left


def test_a_long_reply_is_cut_after_a_sentence() -> None:
    cut = fit(["One sentence here. " * 40])
    assert places(cut) <= LONGEST
    assert cut.endswith("here.")


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("07400 123456", "+447400123456"),
        ("01384 455411", "+441384455411"),
        ("0909 8790123", None),
        ("0808 2000 247", None),
        ("070 1234 5678", None),
        ("999", None),
        ("+33612345678", None),
        ("07624 123456", None),
        ("nonsense", None),
    ],
)
def test_only_ordinary_uk_numbers_can_be_rung(given: str, number: str | None) -> None:
    assert uk_number(given) == number


def test_a_landline_is_not_a_mobile() -> None:
    assert uk_mobile("01384 455411") is None
