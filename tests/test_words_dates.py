"""Words with a date: out of date they are not said any more, and say so; danger and lifelines are said and alarm."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.conftest import ROOT, Clock, Scripted
from tests.test_chat_api import opened, say
from webhook.due import alarm, due_words
from webhook.replies import Reply
from webhook.words import Words

WORDS = Words.load(ROOT)
TODAY = date(2026, 11, 22)
LABELS = ("utter_page_", "utter_form_", "utter_privacy_", "utter_card_", "utter_contact_card", "utter_topics", "utter_demo")
DANGER = (
    "danger_now",
    "danger_high",
    "silent_999",
    "threat_to_kill",
    "strangulation",
    "weapon",
    "injury_medical",
    "suicidal",
    "partner_suicide_threat",
    "child_in_danger",
)
FAR = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)


def test_on_the_day_of_release_nothing_is_due() -> None:
    assert due_words(WORDS, TODAY) == []


@pytest.mark.parametrize("name", [name for name, said in WORDS.replies.items() if said[0].channel is None and not name.startswith(LABELS)])
def test_every_reply_names_a_source_and_a_day(name: str) -> None:
    assert WORDS.review_by(name) is not None
    assert WORDS.replies[name][0].source


def test_a_phone_number_is_looked_at_within_ninety_days_and_law_within_a_hundred_and_eighty() -> None:
    seen = date(2026, 11, 21)  # when the facts were read (date_seen of every fact)
    for name, variants in WORDS.replies.items():
        for variant in variants:
            if variant.review_by and not variant.source.startswith(("plain words", "contacts: 999")):
                assert variant.review_by <= seen + timedelta(days=180), name
            if variant.review_by and "0808" in variant.text:
                assert variant.review_by <= seen + timedelta(days=90), name


def test_an_answer_out_of_date_is_not_said_and_says_so(client, scripted: Scripted, clock: Clock) -> None:
    scripted.replies = (Reply("utter_dvpo_what", WORDS.say("utter_dvpo_what")), Reply("utter_dvpo_terms", WORDS.say("utter_dvpo_terms")))
    assert say(client, opened(client), text="what is a dvpo", turn=1).get_json()["replies"][0]["id"] == "utter_dvpo_what"
    clock.moment = FAR
    replies = say(client, opened(client), text="what is a dvpo", turn=1).get_json()["replies"]
    assert [reply["id"] for reply in replies] == ["utter_out_of_date"]
    assert all(part in replies[0]["text"] for part in ("not been checked in time", "0808 2000 247", "0808 801 0327", "999"))


@pytest.mark.parametrize("name", ["utter_strangulation", "utter_suicidal", "utter_child_at_home", "utter_silent_999", "utter_step_friend_999"])
def test_danger_and_lifelines_are_said_whatever_the_date(client, scripted: Scripted, clock: Clock, name: str) -> None:
    clock.moment = FAR
    scripted.replies = (Reply(name, WORDS.say(name)),)
    assert say(client, opened(client), text="hello", turn=1).get_json()["replies"][0]["id"] == name


@pytest.mark.parametrize("name", DANGER)
def test_every_danger_reply_never_expires(name: str) -> None:
    assert WORDS.never_expires(f"utter_{name}")


def test_danger_replies_past_their_day_alarm_the_owner(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        alarm(WORDS, TODAY)
        assert caplog.records == []
        alarm(WORDS, FAR.date())
    assert caplog.records[0].args[0] >= len(DANGER)


def test_the_list_of_what_is_due_names_it_and_ends_with_an_error(app, clock: Clock) -> None:
    result = app.test_cli_runner().invoke(args=["words", "due"])
    assert result.exit_code == 0
    assert f"0 of {len(WORDS.replies)} replies are due" in result.output
    clock.moment = FAR
    result = app.test_cli_runner().invoke(args=["words", "due"])
    assert result.exit_code == 1
    assert "ALARM, still said  utter_danger_now" in result.output
    assert "out of date        utter_dvpo_what" in result.output


def test_looking_ahead_shows_what_will_be_due(app) -> None:
    assert "utter_talk" not in app.test_cli_runner().invoke(args=["words", "due", "--within", "30"]).output
    assert "utter_legal_aid" in app.test_cli_runner().invoke(args=["words", "due", "--within", "100"]).output


def test_a_reply_is_as_old_as_its_oldest_wording() -> None:
    first, *others = WORDS.replies["utter_dvpo_what"]
    words = Words({"utter_dvpo_what": (replace(first, review_by=date(2027, 1, 1)), *others)})
    assert words.review_by("utter_dvpo_what") == date(2027, 1, 1)
    assert words.is_out_of_date("utter_dvpo_what", date(2027, 1, 2))
    assert not words.is_out_of_date("utter_dvpo_what", date(2027, 1, 1))
