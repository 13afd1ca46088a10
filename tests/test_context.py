"""Whole conversations on the trained assistant: a message is heard with what went before it, and danger with its question."""

import pytest

from tests.conftest import Ask
from webhook.replies import Answer


def names(answer: Answer) -> list[str]:
    return [reply.id for reply in answer.replies]


def test_how_long_after_clares_law_is_about_clares_law(ask: Ask) -> None:
    assert "utter_clares_law_what" in names(ask("what is clares law"))
    assert "utter_clares_law_time" in names(ask("how long does it take?"))
    assert "utter_clares_law_secret" in names(ask("will he know?"))


def test_another_place_asks_the_last_question_there(ask: Ask) -> None:
    ask("i need a refuge in Dudley")
    answer = ask("and in Walsall?")
    assert "utter_refuge" in names(answer)


def test_simpler_says_the_last_answer_in_fewer_words(ask: Ask) -> None:
    long = next(reply for reply in ask("what is a dvpo").replies if reply.id == "utter_dvpo_what")
    short = next(reply for reply in ask("can you say that simpler please").replies if reply.id == "utter_dvpo_what")
    assert len(short.text) < len(long.text)


def test_again_with_nothing_said_before_asks_what(ask: Ask) -> None:
    assert names(ask("say that again")) == ["utter_repeat"]


def test_a_relative_stays_a_relative(ask: Ask) -> None:
    assert "utter_worried_about_someone" in names(ask("im worried about my daughter, her boyfriend shouts at her all the time"))
    ask("what is clares law")
    assert "utter_clares_law_third_party" in names(ask("how do i apply for it"))


def test_danger_and_a_question_are_both_answered_danger_first(ask: Ask) -> None:
    answer = ask("He has got a knife and he is outside the door. What is Clare's Law?")
    assert answer.danger == "now"
    assert names(answer)[0] == "utter_danger_now"
    assert "utter_clares_law_what" in names(answer)


def test_twice_unclear_offers_a_person(ask: Ask) -> None:
    assert "utter_offer_person" not in names(ask("flibber jabber wocky"))
    assert "utter_offer_person" in names(ask("blibber glonkish"))
    assert "utter_offer_person" not in names(ask("what is a dvpo"))


def test_a_question_at_the_end_of_a_long_message_is_heard(ask: Ask) -> None:
    text = (
        "Hello, sorry to bother you with this on a Sunday. I have been reading your page for a while with a cup of tea. "
        "We met at work three years ago and we live near the park with two cats. I am not really sure where to start with all of it. "
        "What I would like to know is how I ask the police whether my boyfriend has been violent before."
    )
    assert any(name.startswith("utter_clares_law") for name in names(ask(text)))


@pytest.mark.parametrize("asked", ["again", "how long will they take?", "how long", "where do i go"])
def test_after_danger_999_comes_first_again(ask: Ask, asked: str) -> None:
    ask("he has a knife")
    answer = ask(asked)
    assert (answer.danger, names(answer)[0]) == ("now", "utter_danger_now")
    assert names(answer).count("utter_danger_now") == 1
    assert "28 days" not in " ".join(reply.text for reply in answer.replies)


@pytest.mark.parametrize("answer", ["no", "No.", "not safe", "im not safe", "no not safe"])
def test_who_is_not_safe_to_talk_hears_999(ask: Ask, answer: str) -> None:
    assert names(ask("whats the weather like")) == ["utter_out_of_scope"]
    assert names(ask(answer))[0] == "utter_danger_now"


def test_a_cry_of_one_word_hears_999_and_what_can_be_asked(ask: Ask) -> None:
    answer = ask("help")
    assert (answer.danger, names(answer)) == ("high", ["utter_danger_high", "utter_help_menu"])


@pytest.mark.parametrize(
    "cry", ["bachao", "madad karo", "ma bate", "on mnie bije", "el ma bate", "woh mujhe marta hai", "mainu maarda hai", "ninkayga ayaa i garaacaya"]
)
def test_a_cry_in_another_language_hears_999_and_then_about_languages(ask: Ask, cry: str) -> None:
    answer = ask(cry)
    assert answer.danger != "none"
    assert names(answer)[1] == "utter_language_help"


def test_breaking_an_order_is_answered_for_that_order_and_alarms_nobody(ask: Ask) -> None:
    for order, answered in (("dvpo", "utter_dvpo_breach"), ("dapo", "utter_dapo_what"), ("non molestation order", "utter_non_molestation_order")):
        ask(f"what is a {order}")
        answer = ask("what if he breaks it")
        assert (answer.danger, names(answer)[0]) == ("none", answered)


def test_a_relative_is_kept_as_one_through_six_turns(ask: Ask) -> None:
    assert "utter_worried_about_someone" in names(ask("worried about my daughter and her boyfriend"))
    assert "utter_worried_about_someone" in names(ask("what can i do"))
    assert "utter_clares_law_third_party" in names(ask("can i ask the police about him"))
    assert "utter_clares_law_time" in names(ask("how long does it take"))
    refuge = ask("refuge in Wolverhampton")
    assert names(refuge)[:2] == ["utter_refuge", "utter_worried_about_someone"]
    assert any("The Haven" in reply.text for reply in refuge.replies)
    assert names(ask("thanks")) == ["utter_thanks"]


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        (
            "we met three years ago and it was lovely at first. on friday he strangled me in the kitchen and i passed out. tell me about clares law please",
            "utter_clares_law_what",
        ),
        (
            "he has got a knife in his hand and hes stood outside my door and i was going to ask you how do i get a non molestation order",
            "utter_non_molestation_order",
        ),
        ("he kicked the door in and hes got my little one and i dont know what to do can you tell me how i get into a refuge", "utter_refuge"),
        ("I took some tablets an hour ago because I can't do this any more. Can someone look after my dog", "utter_pets"),
    ],
)
def test_a_question_in_a_run_on_is_answered_after_the_danger(ask: Ask, text: str, answered: str) -> None:
    answer = ask(text)
    assert names(answer)[0] in ("utter_danger_now", "utter_danger_high")
    assert answered in names(answer)
