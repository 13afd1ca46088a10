"""Every wording a text can have, filled with the longest real values: alphabet, size, danger first, and a neutral register."""

import pytest
import yaml
from sqlalchemy.orm import Session

from directory.cards import card_fields
from directory.database import open_directory
from directory.queries import find_services
from safety.normalise import Normaliser
from tests.conftest import ROOT, Clock, Scripted, make_app
from tests.test_words import WORDS, filled, wordings
from webhook.fallback import DANGER_REPLIES
from webhook.replies import Reply
from webhook.sms.answers import SAYS_HOW_TO_STOP
from webhook.sms.gsm7 import BASIC, EXTENDED, LONGEST, MOST_SEGMENTS, ONE_SEGMENT, places, plain, segments
from webhook.sms.phrases import Phrases
from webhook.sms.register import NEUTRAL, Register, name_in, worded

REGISTER, PHRASES, NORMALISE = Register.load(ROOT), Phrases.load(ROOT), Normaliser.load(ROOT)
BY_TEXT = [(name, text) for name, _, text in wordings("sms")]
CARDS = {
    "utter_contact_card",
    "utter_contact_card_without_number",
    "utter_contact_card_plain",
    "utter_contact_card_plain_without_number",
    "utter_callback_which_area",
}
QUESTIONS = [name for name, _ in BY_TEXT if name.startswith(("utter_ask_", "utter_neutral_ask_"))]
TIMES_BEFORE = ("utter_ask_again", "utter_ask_window_none", "utter_ask_window_fewer")  # said before the question about times
NEVER_AFTER = {"utter_ask_again_or_stop", "utter_ask_sent", *TIMES_BEFORE}  # nothing is said before these


@pytest.mark.parametrize(("name", "text"), BY_TEXT)
def test_every_wording_is_gsm7_in_two_segments_and_loses_nothing_on_the_way(name: str, text: str) -> None:
    said = filled(text)
    assert set(said) <= BASIC | EXTENDED
    assert segments(said) <= MOST_SEGMENTS
    assert plain(said) == said


@pytest.mark.parametrize("name", [name for name in dict(BY_TEXT) if not name.startswith(NEUTRAL)])
def test_a_neutral_text_tells_nothing_of_the_subject_or_the_service(name: str) -> None:
    if name not in CARDS:
        said = filled(WORDS.variant(name_in(WORDS, name, plain=False), "sms").text)
        assert REGISTER.never_neutral.findall(said.lower()) == []


def test_every_neutral_wording_stands_for_one_that_gives_something_away_and_has_no_other_use() -> None:
    for name in (name for name in WORDS.replies if name.startswith(NEUTRAL)):
        original = "utter_" + name.removeprefix(NEUTRAL)
        assert REGISTER.gives_away(filled(WORDS.variant(original, "sms").text)), name


@pytest.mark.parametrize("name", [name for name in dict(BY_TEXT) if name.startswith(NEUTRAL)])
def test_a_neutral_wording_keeps_the_numbers_and_999_of_the_plain_one(name: str) -> None:
    original, neutral = WORDS.variant("utter_" + name.removeprefix(NEUTRAL), "sms").text, WORDS.variant(name, "sms").text
    numbers = [
        word for word in original.replace(".", "").replace(",", "").replace(";", "").replace(":", "").split() if word.isdigit() and len(word) > 2
    ]
    assert [number for number in numbers if number not in neutral] == []


@pytest.mark.parametrize(
    "name",
    [
        "utter_danger_now",
        "utter_danger_high",
        "utter_sms_danger_short",
        *(
            f"utter_{intent}"
            for intent in (
                "weapon",
                "strangulation",
                "threat_to_kill",
                "suicidal",
                "silent_999",
                "injury_medical",
                "child_in_danger",
                "partner_suicide_threat",
            )
        ),
    ],
)
def test_999_is_within_the_first_160_characters_of_every_danger_reply(name: str) -> None:
    for plain_words in (True, False):
        assert "999" in WORDS.say(name_in(WORDS, name, plain=plain_words), "sms")[:ONE_SEGMENT]


def test_the_danger_block_says_55_in_the_first_segment_and_that_nobody_reads_in_the_second() -> None:
    said = WORDS.say(DANGER_REPLIES["now"], "sms")
    assert said.startswith("Call 999")
    assert "press 55 when told to" in said[:153]
    assert said.index("Nobody is reading this") >= 153


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in NEVER_AFTER])
def test_a_question_is_whole_whatever_stands_before_it(name: str) -> None:
    asked = name.removeprefix("utter_neutral_").removeprefix("utter_").removeprefix("ask_").removeprefix("relative_")
    again = "utter_ask_again" if asked in SAYS_HOW_TO_STOP else "utter_ask_again_or_stop"
    for before in TIMES_BEFORE if asked == "window" else (again,):
        said = f"{WORDS.say('utter_sms_danger_short', 'sms')}\n{WORDS.say(before, 'sms')} {filled(WORDS.variant(name, 'sms').text)}"
        assert places(said) <= LONGEST


def test_the_first_reply_is_one_segment_asks_one_thing_and_says_what_a_text_costs() -> None:
    said = WORDS.say("utter_sms_first", "sms")
    assert segments(f"{WORDS.say('utter_demo_notice', 'sms')}\n{said}") == 1
    assert "safe to text?" in said
    assert "usual rate" in said
    assert "bill" in said
    assert said.count("?") == 1


@pytest.mark.parametrize("name", ["utter_sms_who", "utter_quick_exit", "utter_sms_cleared", "utter_sms_left"])
def test_what_a_stranger_may_read_names_no_number_but_999(name: str) -> None:
    said = WORDS.say(name, "sms")
    assert sum(char.isdigit() for char in said.replace("999", "")) == 0
    assert segments(said) == 1


def test_help_alone_gets_999_and_one_question() -> None:
    said = WORDS.say("utter_sms_help", "sms")
    assert "999" in said
    assert said.count("?") == 1


def test_stopping_says_that_even_an_emergency_is_not_answered() -> None:
    said = WORDS.say("utter_sms_stopped", "sms")
    assert "We cannot answer after this, even in an emergency: call 999" in said


def test_no_word_the_carrier_keeps_is_asked_for() -> None:
    """Twilio takes these itself: a person told to reply with one of them would be cut off or answered by Twilio."""
    for name, text in BY_TEXT:
        for word in ("YES", "STOP", "CANCEL", "END", "QUIT", "HELP", "INFO", "UNSUBSCRIBE"):
            assert word not in text.split(), name
            assert f"Reply {word}" not in text, name


def test_a_card_in_the_neutral_register_is_a_number_and_never_a_name(tmp_path) -> None:
    make_app(tmp_path, Scripted(), Clock())
    with Session(open_directory(f"sqlite:///{tmp_path / 'directory.db'}"), future=True) as session:
        cards = [
            card
            for area in ("Dudley", "Sandwell", "Walsall", "Wolverhampton", None)
            for card in find_services(session, needs=("domestic_abuse",), area=area, today=Clock().moment.date(), most=20)
        ]
    assert cards
    for card in cards:
        said = worded(WORDS, Reply("utter_contact_card", "", contact=card_fields(card)), plain=False)
        assert not REGISTER.gives_away(said), card.name
        assert card.name not in said
        assert set(plain(said)) <= BASIC | EXTENDED
        assert said.startswith({"women": "Women: ", "men": "Men: "}.get(card.who, card.number or ""))


@pytest.mark.parametrize(
    "said",
    [
        "he hits me",
        "is this abuse",
        "what is clares law",
        "he strangled me",
        "he is violent",
        "hes raping me",
        "i want to kill myself",
        "are there refuges near me",
    ],
)
def test_plain_words_lift_the_register(said: str) -> None:
    assert REGISTER.lifts(NORMALISE(said))


@pytest.mark.parametrize(
    "said", ["hi", "worried about my daughter", "can someone ring me", "im in dudley", "he takes my wages", "need somewhere to stay", "who is this"]
)
def test_ordinary_words_leave_it_neutral(said: str) -> None:
    assert not REGISTER.lifts(NORMALISE(said))


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("HELP ME", "danger_now"),
        ("Help me!!", "danger_now"),
        ("outside mine", "danger_now"),
        ("hes back", "danger_now"),
        ("id like to order a pizza", "danger_now"),
        ("Large pepperoni pizza please deliver to 12 high st", "danger_now"),
        ("Stop", "stop"),
        ("STOP ALL.", "stop"),
        ("he is here", "presence"),
        ("hes here cant talk", "presence"),
        ("He's in the room, gotta go", "presence"),
        ("cant talk", "presence"),
        ("who is this?", "who"),
        ("Who's this", "who"),
        ("new phone whos this", "who"),
        ("how did u get my number", "who"),
        ("sorry wrong number", "who"),
        ("Hi", "greeting"),
        ("hello??", "greeting"),
        ("help", "help"),
        ("Leave", "leave"),
        ("No more", "no_more"),
        ("clear", "clear"),
        ("he had pizza for tea", None),
        ("stop him hitting me", None),
        ("how do i leave", None),
        ("i cant take no more", None),
        ("help me get a refuge", None),
        ("who is this order for", None),
        ("he is here with a knife", None),
    ],
)
def test_a_whole_text_means_what_it_says_and_nothing_longer_does(said: str, means: str | None) -> None:
    assert PHRASES.of(NORMALISE(said)) == means


def test_every_phrase_is_written_as_the_normalisation_leaves_it() -> None:
    for name, phrases in yaml.safe_load((ROOT / "data/sms/phrases.yml").read_text()).items():
        for phrase in phrases:
            assert phrase == phrase.lower().strip(), (name, phrase)
            assert PHRASES.means(name, phrase, NORMALISE(phrase)), (name, phrase)


def test_the_twilio_page_gives_the_wordings_as_they_are_and_a_fallback_that_fits() -> None:
    page = (ROOT / "docs/twilio.md").read_text("utf-8")
    for name in ("utter_sms_stopped", "utter_sms_first", "utter_sms_help"):
        assert f"`{WORDS.say(name, 'sms')}`" in page, name
    fallback = page.split("<Message>")[1].split("</Message>")[0]
    assert set(fallback) <= BASIC | EXTENDED
    assert segments(fallback) <= MOST_SEGMENTS
    assert "999" in fallback[:ONE_SEGMENT]
    assert "press 55 when told to" in fallback[:ONE_SEGMENT]
    assert not REGISTER.gives_away(fallback)
