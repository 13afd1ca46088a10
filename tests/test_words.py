"""What may reach a person: every wording is in the alphabet and size of its channel, true to the never-say list, and used."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from directory.seed_files import Seed
from tests.conftest import ROOT
from webhook.choices import step_of
from webhook.errors import WordsMissing
from webhook.sms.gsm7 import BASIC, EXTENDED, LONGEST, ONE_SEGMENT, places
from webhook.sms.windows import LONGEST_READ_BACK
from webhook.words import Words

WORDS = Words.load(ROOT)
INTENTS = list(yaml.safe_load((ROOT / "domain.yml").read_text())["intents"])
FILES = sorted((ROOT / "data/responses").glob("*.yml"))
PLACEHOLDER = re.compile(r"\{\w+\}")
NUMBER = re.compile(r"\b0\d[\d ]{8,12}\d\b|\b(?:116 123|0800 1111|85258)\b")

# Longest real values, so that a filled text is measured as it is sent.
LONGEST_VALUES = {
    "area": "Wolverhampton",
    "areas": "Dudley or Sandwell or Wolverhampton",
    "council": "Telford and Wrekin",
    "options": "1 Mon 12 noon-3pm, 2 Mon 3pm-6pm, 3 Mon 6pm-9pm, 4 Mon 9pm-midnight, 5 Tue midnight-3am",
    "service": "Wolverhampton demonstration helpline",
    "receipt": "strawberry tambourine",
    "first": "Mon 12 noon",
    "last": "Mon midnight",
    "name": "West Midlands Forced Marriage and Honour Based Abuse helpline",
    "number": "08000 194 400",
    "way": "https://go.walsall.gov.uk/adult_safeguarding",
    "hours": "Monday to Thursday, 9am to 5.30pm; Friday, 9am to 5pm",
    "year": "2026",
    "date": "22 November 2026",
    "windows": "x" * LONGEST_READ_BACK,
    "hour": "12.30",
    "time": "12.30pm",
    "example": "Wed 30 Sep",
}


def wordings(channel: str | None = None) -> list[tuple[str, str, str]]:
    found = [(name, v.channel or "web", v.text) for name, variants in WORDS.replies.items() for v in variants]
    return [each for each in found if channel is None or each[1] == channel]


def filled(text: str) -> str:
    return PLACEHOLDER.sub(lambda match: LONGEST_VALUES.get(match[0][1:-1], match[0]), text)


def test_every_intent_has_an_answer_on_the_web_and_by_text() -> None:
    own_action = {"local_contacts", "inform_area"}
    for intent in set(INTENTS) - own_action:
        for channel in ("web", "sms"):
            assert WORDS.variant(f"utter_{intent}", channel).text


@pytest.mark.parametrize(("name", "channel", "text"), wordings("sms"))
def test_a_text_is_gsm7_and_two_segments_at_most(name: str, channel: str, text: str) -> None:
    text = filled(text)
    assert set(text) <= BASIC | EXTENDED
    assert places(text) <= LONGEST


@pytest.mark.parametrize("name", [name for name in WORDS.replies if name.startswith("utter_danger")])
def test_danger_replies_have_one_wording_a_channel_and_say_999_early(name: str) -> None:
    assert Counter(v.channel for v in WORDS.replies[name]) == {None: 1, "sms": 1}
    text = WORDS.say(name, "sms")
    assert "999" in text[:ONE_SEGMENT]
    assert "press 55 when told to" in text[:ONE_SEGMENT]


def test_the_danger_block_is_the_one_that_was_vetted() -> None:
    web, sms = WORDS.say("utter_danger_now"), WORDS.say("utter_danger_now", "sms")
    for part in ("Call 999", "stay on the line, listen, and cough or tap", "press 55 when you are told to", "does not tell the police where you are"):
        assert part in web
    assert "landline 55 does not work: stay on the line" in web
    for text in (web, sms):
        assert "This is an automatic service. Nobody is reading this and I cannot send help." in text
    assert sms.index("This is an automatic service") > 153 - len("This is an automatic service")


@pytest.mark.parametrize(("name", "channel", "text"), [w for w in wordings("web") if not w[0].startswith("utter_privacy_body")])
def test_a_bubble_is_ninety_words_at_most_and_an_answer_three_bubbles(name: str, channel: str, text: str) -> None:
    parts = text.split("\n\n")
    assert len(parts) <= 3
    assert all(len(part.split()) <= 90 for part in parts)


NEVER_SAID = {
    "why didn't you": "blame",
    "you should have": "blame",
    "couple counselling": "never suggested",
    "mediation": "never suggested",
    "talk it through with": "never suggested",
    "dial 111 if you don't feel safe": "never-use list",
    "completely confidential": "no promise of secrecy",
    "guarantee": "no promise of outcome",
    "we will come": "nobody comes unless a service says so",
    "your husband": "no gender or marriage assumed",
    "your boyfriend": "no gender assumed",
    "he will": "no gender assumed",
}


@pytest.mark.parametrize(("name", "channel", "text"), wordings())
def test_nothing_ruled_out_is_said(name: str, channel: str, text: str) -> None:
    said = text.lower()
    assert [phrase for phrase in NEVER_SAID if phrase in said] == []


SAID_FOR = {"utter_form_young_dudley": "dud-mash"}  # replies that say a number of the never-use list for the one entry it is right for


def test_no_number_that_must_never_be_used_is_in_any_wording() -> None:
    banned = Seed.read(ROOT).never_use
    for name, _, text in wordings():
        digits = re.sub(r"\D", "", text)
        assert [number for number, only_for in banned.items() if number in digits and SAID_FOR.get(name) not in only_for] == [], name


def test_every_number_said_is_in_the_directory() -> None:
    known = {dial for note in Seed.read(ROOT).annotations.values() for _, dial in note.get("phones", ())} | {"85258", "07700900123"}
    for name, _, text in wordings():
        for match in NUMBER.findall(text):
            assert re.sub(r"\D", "", match) in known, f"{name} says {match}"


# What an answer must hold beyond plain wording (intents.yml, `needs`); every phrase must be in web and text alike.
NEEDS = {
    "privacy_chat": ["tells no one", "must act if a child"],
    "threat_to_kill": ["999"],
    "strangulation": ["999", "A&E", "crime of its own", "days"],
    "weapon": ["999"],
    "injury_medical": ["999", "A&E", "111"],
    "suicidal": ["999", "116 123", "SHOUT to 85258", "NHS 111"],
    "partner_suicide_threat": ["999", "control", "danger", "go back"],
    "child_in_danger": ["999", "NSPCC", "0808 800 5000"],
    "abuse_honour": ["elders", "community interpreter", "one chance"],
    "forced_marriage": ["elders", "community interpreter", "one chance"],
    "fgm": ["elders", "community interpreter", "one chance"],
    "abuse_teen": ["under 16", "Childline", "0800 1111"],
    "child_at_home": ["Childline", "0800 1111", "999"],
    "perpetrator_help": ["0808 802 4040"],
    "clares_law_apply": ["28 days", "longer", "101", "999", "West Midlands Police"],
    "clares_law_third_party": ["person at risk, not"],
    "clares_law_time": ["28 days", "longer", "999", "101"],
    "dvpo_breach": ["999", "contempt of court"],
    "non_molestation_order": ["crime if they know of"],
    "occupation_order": ["power of arrest"],
    "dapo_what": ["whether they are available here yet"],
    "evidence": ["they can open"],
    "callback_status": ["can't see whether a call is booked"],
    "leaving_hard": ["can be the most dangerous time"],
    "safety_plan": ["can be the most dangerous time"],
    "tech_safety": ["remove a tracker", "change passwords", "never touched"],
    "abuse_tech": ["remove a tracker", "change passwords", "never touched"],
    "immigration": ["regulated immigration adviser"],
}


@pytest.mark.parametrize("intent", NEEDS)
@pytest.mark.parametrize("channel", ["web", "sms"])
def test_an_answer_holds_what_its_intent_needs(intent: str, channel: str) -> None:
    text = WORDS.say(f"utter_{intent}", channel)
    assert [phrase for phrase in NEEDS[intent] if phrase not in text] == []


def test_contact_with_children_is_never_said_to_be_hers_to_stop() -> None:
    assert "legal advice" in WORDS.say("utter_child_contact")
    assert "stop contact" not in WORDS.say("utter_child_contact")


def test_every_button_leads_somewhere() -> None:
    steps = {name for name in WORDS.replies if name.startswith("utter_step_")}
    plan_parts = {name.removeprefix("utter_") for name in WORDS.replies if name.startswith("utter_plan_")}
    for name, variants in WORDS.replies.items():
        for variant in variants:
            for title, payload in variant.buttons:
                assert payload.removeprefix("/").partition("{")[0] in INTENTS, f"{name}: {title}"
                assert f"utter_step_{step_of(payload)}" in steps or step_of(payload) in (None, *plan_parts), f"{name}: {title}"


def test_every_intent_that_can_be_suggested_has_a_title() -> None:
    titled = {payload.removeprefix("/") for _, payload in WORDS.variant("utter_topics").buttons}
    plain = {"greet", "goodbye", "thanks", "affirm", "deny", "repeat", "start_over", "complaint", "inform_area", "out_of_scope"}
    assert set(INTENTS) - titled == plain


def test_every_reply_is_named_by_a_rule_code_or_template_and_every_named_reply_exists() -> None:
    named = set()
    for path in [*ROOT.glob("data/rules/*.yml"), *ROOT.glob("config.yml"), *ROOT.glob("webhook/**/*.py"), *ROOT.glob("actions/*.py")]:
        named |= set(re.findall(r"utter_\w+", path.read_text()))
    for path in ROOT.glob("webhook/templates/*.html"):
        named |= {f"utter_{name}" for name in re.findall(r"say\('(\w+)'", path.read_text())}
    named = {
        name
        for name in named
        if name
        not in (
            "utter_message",
            "utter_ask_",
            "utter_danger",
            "utter_page_limits_",
            "utter_form_",
            "utter_step_",
            "utter_safe_in_",
            "utter_",
            "utter_x",
            "utter_neutral_x",
            "utter_neutral_",
        )
    }
    families = (
        "utter_step_",
        "utter_yes_",
        "utter_plan_",
        "utter_safe_in_",
        "utter_ask_",
        "utter_page_limits_",
        "utter_form_if_answered_",
        "utter_form_rings_back_",
        "utter_form_young_",
        "utter_danger_",
        "utter_neutral_",
    )
    missing = {name for name in named if name not in WORDS.replies and not name.endswith("_")}
    assert missing == set()
    assert {name for name in WORDS.replies if name not in named and not name.startswith(families)} == set()


def test_a_placeholder_that_is_not_filled_is_an_error() -> None:
    with pytest.raises(WordsMissing, match="placeholder"):
        WORDS.say("utter_which_area", "web")


def test_actions_hold_no_words() -> None:
    for path in Path(ROOT / "actions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "utter_message":
                assert "text" not in {keyword.arg for keyword in node.keywords}, path.name


def test_every_reply_that_states_a_fact_names_its_source() -> None:
    for path in FILES:
        for name, variants in yaml.safe_load(path.read_text())["responses"].items():
            for variant in variants:
                if NUMBER.search(str(variant.get("text", ""))) and not variant["text"].startswith("Please give"):
                    assert variant.get("metadata", {}).get("source"), name
