"""A message that says nothing is asked about, whatever it resembles; one that says something keeps its meaning."""

import pytest

from bot.unclear import Unclear
from safety.danger import DangerDetector
from safety.normalise import Normaliser
from safety.vague import Vague
from tests.conftest import ROOT, Ask
from tools.corpus import read_danger, read_examples
from webhook.conversations import NOT_CLEAR, TOPICLESS

SAYS_NOTHING = """
hmm | hmmm | dunno | i dont know | I don't really know | it is just everything | its everything | where do i start | Where would I even begin
not sure what to say | dont know what to put | its complicated | It's a long story | erm | um | err | i just need something | need summat | idk | idk really
stuff at home | things at home | things ay good | home stuff | just things | a lot going on | well | so | it's hard to say | hard to explain
I don't know how to put it | cant explain it | i dont no | no idea really | something's not right | it's not great here | everything is too much to write
I wanted to ask something | can i just | where do I begin, bab | lots of things | the usual | same as before | you know | I do not know the word | just looking
um, so, I dont really know where to start | its hard to put into words | loads of stuff tbh | theres just so much going on | not really sure what to ask | unsure | i just dont know
"""
SAYS_SOMETHING = """
no | yes | help | police | refuge | again | walsall | wv1 1aa | 999 | 😢 | stuff 🔪 | ok | sure | nothing | stop | who | what do i do | things i need to take
not sure about leaving him | it is too much i cant go on | i am not well | start again | say it again simpler | tell me more | i need help | not safe | is it safe
i dont know if he has a gun | he does stuff to me | my things are at his house | i want to go home | can not talk | something happened | i do not know what to do
"""


def each(text: str) -> list[str]:
    return [message.strip() for line in text.strip().splitlines() for message in line.split(" | ")]


@pytest.fixture(scope="module")
def vague() -> Vague:
    return Vague.load(ROOT)


def test_what_says_nothing_is_known_and_what_says_something_is_left(vague: Vague, normalise: Normaliser) -> None:
    assert [message for message in each(SAYS_NOTHING) if not vague(normalise(message))] == []
    assert [message for message in each(SAYS_SOMETHING) if vague(normalise(message))] == []


def test_no_example_of_a_subject_and_no_danger_is_taken_for_nothing(vague: Vague, normalise: Normaliser) -> None:
    assert [text for text, intent in read_examples(ROOT) if intent not in TOPICLESS | NOT_CLEAR and vague(normalise(text))] == []
    dangers = [line.text for line in read_danger(ROOT) if line.level != "none"]
    assert [text for text in dangers if vague(normalise(text)) or vague.leans(normalise(text))] == []


def test_what_says_nothing_is_no_danger(detector: DangerDetector) -> None:
    assert [message for message in [*each(SAYS_NOTHING), "what if he breaks it", "and when he breaks it?"] if detector(message).level != "none"] == []


def test_a_few_words_nobody_has_used_say_nothing_unless_they_are_slips_or_places(normalise: Normaliser) -> None:
    unclear = Unclear.load(ROOT)
    unsure = {"name": "complaint", "confidence": 0.34}
    assert all(unclear(normalise(text), unsure) for text in ("flurb", "its the flurb", "zizzle?", "flurbet zizzlon"))
    assert not any(
        unclear(normalise(text), unsure) for text in ("polcie", "refgue", "pleck", "solicitor", "he flurbs", "flurb wizzle zoob zab", "wv1", "ਮਦਦ")
    )
    assert not unclear("flurb", {"name": "abuse_emotional", "confidence": 0.9})
    assert not unclear("flurb", {"name": "language_help", "confidence": 0.3})


def test_it_is_asked_about_with_the_main_choices_and_then_a_person_is_offered(ask: Ask) -> None:
    question = ask("stuff at home").replies[-1]
    assert question.id == "utter_not_sure"
    assert [button.title for button in question.buttons] == ["Is it abuse?", "Worried about someone", "Help near me", "What can I ask?"]
    assert [reply.id for reply in ask("flurb").replies] == ["utter_not_sure", "utter_offer_person"]
    assert ask("refuge").replies[0].id == "utter_refuge"


@pytest.mark.parametrize(("before", "said", "answered"), [("what is clares law", "where do i start", "utter_clares_law_apply")])
def test_a_question_that_leans_on_what_was_said_is_not_vague(ask: Ask, before: str, said: str, answered: str) -> None:
    ask(before)
    assert answered in [reply.id for reply in ask(said).replies]
