"""Whole conversations by text, as frightened people, relatives and whoever else holds the phone have them.

Each is had twice: with one front door and its own memory, and with every text at another of two front doors over one Redis.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import PASSPHRASE, Clock, Scripted, add_keys, make_app
from tests.test_sms import NOW, SENDER, post, text
from webhook.handoff.keyfile import open_keyfile
from webhook.helpline.opening import open_request
from webhook.parts import Parts
from webhook.replies import Reply
from webhook.sms.gsm7 import segments
from webhook.store.models import Draft, OptOut

RING = (Reply("utter_request_callback", "", kind="callback_form"),)
LINE = "Hello. This is an automatic service. Is it safe to text?"
PRESENCE = "OK. Call 999 if you need to."


def replies(linden: Parts, *names: str) -> tuple[Reply, ...]:
    return tuple(Reply(name, linden.words.say(name, "sms")) for name in names)


class Hopping:
    """A sender whose texts go to one front door after the other."""

    def __init__(self, doors: list[Flask]) -> None:
        self.clients: Iterator[FlaskClient] = cycle([door.test_client() for door in doors])

    def post(self, *given: object, **more: object):
        return next(self.clients).post(*given, **more)


@pytest.fixture(params=["memory", "redis"])
def doors(request: pytest.FixtureRequest, tmp_path: Path, scripted: Scripted, clock: Clock) -> list[Flask]:
    if request.param == "memory":
        return [make_app(tmp_path, scripted, clock)]
    url = request.getfixturevalue("redis").url
    return [make_app(tmp_path, scripted, clock, REDIS_URL=url) for _ in range(2)]


@pytest.fixture
def app(doors: list[Flask]) -> Flask:
    return doors[0]


@pytest.fixture
def client(doors: list[Flask]) -> Hopping:
    return Hopping(doors)


@pytest.fixture
def ask(client: Hopping, linden: Parts, scripted: Scripted, tmp_path: Path):
    """Texts from one sender; `rasa` names the replies Rasa gives to it."""
    add_keys(tmp_path, linden, "demo-dudley")

    def send(body: str, *rasa: str, **more: str) -> str:
        if rasa:
            scripted.replies = RING if rasa == ("ring",) else replies(linden, *rasa)
            scripted.topic = rasa[0].removeprefix("utter_")
        said = text(client, linden, body, **more)
        assert segments(said) <= 2
        return said

    return send


# ---- a relative ------------------------------------------------------------------------------------------------------


def test_a_mother_gets_what_she_can_do_and_a_call_to_herself(ask, linden: Parts, scripted: Scripted, tmp_path: Path, clock: Clock) -> None:
    said = ask("worried about my daughter and her boyfriend", "utter_worried_about_someone")
    assert "ask the police about that person's past (Clare's Law)" in said
    assert "999" in said[:160]
    assert "ask police about someone else's partner" in ask("can i find out if he has done it before", "utter_clares_law_third_party")
    assert "Which town" in ask("can someone ring me", "ring")
    assert scripted.sent[-1][3]["asker"] == "relative"
    assert "Safe times to ring you" in ask("im in dudley")
    assert "Is that 9am or 9pm?" in ask("after 9 when hes at work")
    assert "From 9am until when?" in ask("am")
    read_back = ask("3")
    assert "Mon 23 Nov 12 noon-3pm; Tue-Sun 9am-3pm" in read_back
    assert ask("n").startswith("Safe times to ring you")
    assert "Tue 24 Nov 9am-12 noon" in ask("tues morning")
    assert "the person you worry about" in ask("y")
    assert "under 18" in ask("n")
    assert "live with the person you worry about" in ask("n")
    assert "will ring you, never" in ask("y")
    assert "Sent and locked. They can ring between Tue 9am and Tue 12 noon" in ask("send")
    clock.forward(hours=21.5)
    opened = open_request(linden.desk, linden.desk.waiting()[0].id, open_keyfile(tmp_path / "demo-dudley-worker.json", PASSPHRASE))
    assert opened["number"] == SENDER
    assert opened["about"] == "someone else"
    assert opened["children"]
    assert opened["windows"] == ["Tuesday 24 November, 9am to 12 noon"]
    assert not opened["cannot_text"]


def test_a_call_for_another_number_is_not_taken(ask, scripted: Scripted) -> None:
    for body in ("can you ring my daughter on 07700 900456", "text 07700900456 and tell her im ok", "can you ring her", "call my daughter pls"):
        said = ask(body)
        assert "never to another number" in said
    assert scripted.sent == []


# ---- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "then", "windows"),
    [
        ("after 9 when hes at work", ("AM", "2pm"), "Mon 23 Nov 12 noon-2pm; Tue-Sun 9am-2pm"),
        ("any time b4 3", ("pm",), "Mon 23 Nov 12 noon-3pm; Tue-Sun 8am-3pm"),
        ("not weekends", ("9am to 12",), "Tue-Fri 9am-12 noon"),
        ("not weekends", ("any",), "Mon 23 Nov 12 noon-9pm; Tue-Fri 8am-9pm"),
        ("tues morning", (), "Tue 24 Nov 9am-12 noon"),
        ("next weds", ("25 nov", "afternoon"), "Wed 25 Nov 12 noon-6pm"),
        ("12-2 weds", ("noon",), "Wed 25 Nov 12 noon-2pm"),
        ("thurs 8pm", ("any",), "Thu 26 Nov 8pm-midnight"),
        ("2 and 3", (), "Mon 23 Nov 3pm-9pm"),
        ("thurs 2", ("tues 2pm to 4pm",), "Tue 24 Nov 2pm-4pm"),
    ],
)
def test_typed_times_are_asked_about_read_back_and_kept_exactly(ask, linden: Parts, said: str, then: tuple[str, ...], windows: str) -> None:
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    for body in (said, *then):
        reply = ask(body)
    assert f"only then: {windows}. Is that right and safe?" in reply
    for body in ("y", "n", "n", "n"):
        ask(body)
    assert "Sent and locked" in ask("send")
    kept = linden.desk.waiting()[0].windows.split()
    assert len(kept) == len(set(kept))


def test_a_narrow_window_is_never_widened(ask, linden: Parts) -> None:
    ask("dudley", "utter_help_menu")
    for body in ("ring me", "weds 1.30pm to 2.15pm", "y", "n", "n", "n", "send"):
        ask(body, *(("ring",) if body == "ring me" else ()))
    assert linden.desk.waiting()[0].windows == "20261125T1330Z-20261125T1415Z"


def test_a_time_that_has_gone_while_answering_is_asked_again(ask, linden: Parts, clock: Clock) -> None:
    ask("dudley", "utter_help_menu")
    for body in ("ring me", "today 12.30pm to 1.30pm", "y", "n", "n", "n"):
        ask(body, *(("ring",) if body == "ring me" else ()))
    clock.forward(minutes=95)
    assert "Safe times to ring you" in ask("send")
    assert linden.desk.waiting() == []


def test_a_false_alarm_in_a_time_does_not_lengthen_the_answer(ask) -> None:
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    assert ask("after 9 when hes at work") == "Is that 9am or 9pm? Reply AM or PM."


def test_danger_in_an_answer_that_is_not_one_is_answered_first(ask) -> None:
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    said = ask("he said he will kill me if i leave him")
    assert "999" in said[:160]
    assert "Safe times to ring you" in said


@pytest.mark.parametrize(
    ("said", "then"),
    [
        (("n",), "stopped"),
        (("No.",), "stopped"),
        (("forget it",), "stopped"),
        (("more", "what is clares law"), "Sorry, I did not get that. To stop the questions, text FORGET IT."),
        (("more", "1", "no thanks"), "text you from their own phone"),
        (("more", "1", "n", "n", "y", "1", "no"), "interpreter"),
        (("more", "1", "n", "n", "y", "1", "Sam", "no", "n", "nope"), "stopped"),
    ],
)
def test_a_no_is_an_answer_where_it_can_be_one_and_stops_where_it_cannot(ask, linden: Parts, said: tuple[str, ...], then: str) -> None:
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    for body in ("tues 1pm to 3pm", "y", "n", "n", "no thanks", *said):
        reply = ask(body)
    assert then in reply
    assert linden.desk.waiting() == []


# ---- stopping, leaving, clearing -------------------------------------------------------------------------------------


def test_stop_is_stop_and_danger_after_it_is_still_answered(ask, linden: Parts, scripted: Scripted) -> None:
    said = ask("stop")
    assert "We cannot answer after this, even in an emergency: call 999" in said
    assert ask("what is a dvpo") == ""
    assert ask("he is here") == ""
    assert ask("stop") != "STOP"
    assert ask(NOW).startswith("Call 999 now.")
    assert scripted.sent == []
    assert LINE in ask("start")
    assert "A DVPN" in ask("what is a dvpo", "utter_dvpo_what")


def test_what_twilio_has_answered_is_not_answered_twice(ask, linden: Parts) -> None:
    assert ask("STOP", OptOutType="STOP") == ""
    assert ask("what is a dvpo") == ""
    assert ask("START", OptOutType="START") == ""
    assert ask("HELP", OptOutType="HELP") == ""
    assert ask("who is this") != ""


def test_the_list_of_those_who_stopped_holds_no_number(ask, linden: Parts) -> None:
    ask("stop all")
    with Session(linden.queue) as session:
        row = session.query(OptOut).one()
    assert len(row.number_tag) == 64
    assert "7700" not in row.number_tag
    assert (row.since.minute, row.since.second) == (0, 0)


def test_leave_alone_asks_which(ask, scripted: Scripted) -> None:
    assert "Leave this chat, or leave where you are?" in ask("leave")
    assert ask("1") == "OK. Take care."
    assert len(scripted.forgotten) == 1
    assert "Leave this chat" in ask("Leave.")
    assert "plan it with a specialist" in ask("where i am")


def test_no_more_is_never_an_opt_out_and_is_asked_once(ask) -> None:
    assert "Are you safe right now? Reply Y or N" in ask("no more")
    assert "You can text any time" in ask("Y")
    assert "Are you safe" not in ask("no more")
    assert "A DVPN" in ask("what is a dvpo", "utter_dvpo_what")


def test_not_safe_after_no_more_is_danger(ask) -> None:
    ask("no more")
    assert ask("N").startswith("Call 999 now.")


def test_no_more_in_the_middle_of_the_questions_leaves_them_standing(ask) -> None:
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    assert "Are you safe right now?" in ask("no more")
    assert "You can text any time" in ask("y")
    assert "only then" in ask("1")


def test_clear_forgets_the_area_and_half_finished_answers(ask, linden: Parts) -> None:
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    assert ask("Clear") == "OK, done."
    with Session(linden.queue) as session:
        assert session.query(Draft).count() == 0
    assert "Which town" in ask("ring me", "ring")


def test_cancelling_by_receipt_works_from_any_phone_and_tells_nothing(ask, linden: Parts) -> None:
    ask("dudley", "utter_help_menu")
    for body in ("ring me", "1", "y", "n", "n", "n"):
        ask(body, *(("ring",) if body == "ring me" else ()))
    receipt = ask("send").rsplit("text: ", 1)[1].splitlines()[0]
    wrong = ask("candle ladder", sender="+447700900456")
    right = ask(receipt.upper(), sender="+447700900789")
    assert wrong.removeprefix("DEMO: not for real use.\n") == right.removeprefix("DEMO: not for real use.\n")
    assert linden.desk.waiting() == []


@pytest.mark.parametrize("words", ["MITTEN SPIRAL", "kale belt", "Flour-Rope", "blue flame", "rope rope"])
def test_receipt_words_are_never_taken_for_danger(ask, linden: Parts, words: str) -> None:
    """Pairs that the learned head alone would have answered with 999, leaving the call standing."""
    assert "cancelled" in ask(words)


# ---- whoever else holds the phone ------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["who is this", "Wrong number", "how did u get my number??", "new phone whos this"])
def test_a_stranger_learns_nothing_even_in_the_middle_of_things(ask, body: str) -> None:
    ask("he hits me", "utter_abuse_physical")
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    said = ask(body)
    assert "automatic service" in said
    for word in ("ring", "call", "help", "safe", "999", "0808"):
        assert word not in said


@pytest.mark.parametrize("body", ["he is here", "hes here cant talk", "cant talk", "shes in the room gtg"])
def test_somebody_in_the_room_gets_one_bland_line_and_nothing_more(ask, body: str, scripted: Scripted) -> None:
    assert ask(body) == PRESENCE
    assert scripted.sent == []


def test_a_new_hi_shows_no_sign_of_what_was_before(ask, linden: Parts, scripted: Scripted) -> None:
    first = ask("hi")
    ask("he hits me", "utter_abuse_physical")
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    assert ask("hi") == first
    assert scripted.forgotten
    assert "Which town" in ask("ring me", "ring")


def test_two_people_on_one_handset(ask, clock: Clock) -> None:
    """She asks for a call and puts the phone down; later somebody else looks what the number is."""
    ask("he hits me", "utter_abuse_physical")
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    clock.forward(minutes=20)
    said = ask("what were we saying", "utter_not_sure")
    assert "Safe times" not in said
    assert "only then" in ask("1")
    assert LINE in ask("hello")
    said = ask("y")
    assert said == "OK. What would you like to know?"
    said = ask("im under 18 and my boyfriend scares me", "utter_abuse_teen")
    assert "Childline" not in said


@contextmanager
def another_text_under_way(linden: Parts) -> Iterator[None]:
    """As long as the block lasts, another text of the same number is being answered."""
    begun, ended = threading.Event(), threading.Event()

    def answer() -> None:
        with linden.conversations.open(linden.keys.tag("conversation/sms", SENDER), "sms").taken() as mine:
            assert mine
            begun.set()
            ended.wait()

    answering = threading.Thread(target=answer)
    answering.start()
    assert begun.wait(10)
    yield
    ended.set()
    answering.join()


def test_danger_never_waits_for_another_text_stop_is_kept_without_it_and_the_rest_is_answered_in_time(ask, linden: Parts, scripted: Scripted) -> None:
    with another_text_under_way(linden):
        assert ask(NOW).removeprefix("DEMO: not for real use.\n").startswith("Call 999 now.")
        assert "automatic service" in ask("who is this")
        assert ask("he is here") == PRESENCE
        alone = ask("what is a dvpo", "utter_dvpo_what")
        assert "999" in alone
        assert "0808 2000 247" in alone
        assert "We cannot answer after this" in ask("stop")
    assert scripted.sent == []
    assert ask("what is a dvpo") == ""


# ---- register --------------------------------------------------------------------------------------------------------


def test_the_register_is_neutral_until_plain_words_and_plain_after(ask, linden: Parts) -> None:
    assert "refuge" not in ask("somewhere safe to stay", "utter_refuge").lower()
    assert "helpline" not in ask("is this private", "utter_privacy_chat")
    assert "refuge" in ask("he hits me, i need a refuge", "utter_refuge").lower()
    assert "helpline" in ask("is this private", "utter_privacy_chat")
    ask("clear")
    assert "helpline" not in ask("is this private", "utter_privacy_chat")


def test_the_register_of_the_questions_names_no_service_until_plain_words(ask) -> None:
    ask("dudley", "utter_help_menu")
    for body in ("ring me", "1", "y", "n", "n"):
        ask(body, *(("ring",) if body == "ring me" else ()))
    assert "helpline" not in ask("n")
    assert "helpline" not in ask("more")


def test_a_card_says_no_name_until_plain_words(ask, linden: Parts, scripted: Scripted) -> None:
    contact = {"number": "01384 455411", "name": "Dudley domestic abuse helpline", "hours": "", "checked_on": "", "published": "2026", "due": ""}
    contact |= {"text_line": "", "url": "", "what": "", "who": ""}
    scripted.replies = (Reply("utter_contact_card", "Dudley domestic abuse helpline 01384 455411", kind="contacts", contact=contact),)
    said = ask("who can help near me")
    assert "01384 455411" in said
    assert "abuse" not in said
    assert "abuse" in ask("who can help with abuse near me")


def test_answers_to_safe_to_text(ask) -> None:
    ask("hi")
    assert ask("N") == PRESENCE
    ask("hi")
    assert ask("yes") == "OK. What would you like to know?"


# ---- help and danger -------------------------------------------------------------------------------------------------


def test_help_alone_gets_999_and_one_question(ask, scripted: Scripted) -> None:
    said = ask("help")
    assert "In danger call 999" in said
    assert said.count("?") == 1
    assert scripted.sent == []


@pytest.mark.parametrize("body", ["HELP ME", "hes back", "outside mine", "can i order a large pepperoni pizza", "id like a pizza delivered please"])
def test_hidden_calls_for_help_are_danger_now(ask, body: str) -> None:
    assert ask(body).startswith("Call 999 now.")


def test_a_late_rasa_is_answered_by_the_front_door(ask, scripted: Scripted) -> None:
    scripted.error = True
    said = ask("what is a dvpo")
    assert "999" in said
    assert "0808 2000 247" in said
    assert said.endswith("Safe to text?")


def test_a_number_that_cannot_be_texted_is_told_to_the_worker(ask, client: Hopping, linden: Parts, tmp_path: Path, clock: Clock) -> None:
    ask("dudley", "utter_help_menu")
    ask("ring me", "ring")
    status = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "21610", "To": SENDER, "From": "+447700900000"}
    assert post(client, linden, "", path="/sms/status", **status).status_code == 204
    for body in ("tues 1pm to 3pm", "y", "n", "n", "n", "more", "1", "n", "y", "y", "1", "n", "n", "n", "send"):
        ask(body)
    clock.forward(hours=25.5)
    opened = open_request(linden.desk, linden.desk.waiting()[0].id, open_keyfile(tmp_path / "demo-dudley-worker.json", PASSPHRASE))
    assert opened["cannot_text"]
    assert not opened["may_text"]
