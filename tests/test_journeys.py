"""Journeys: every step leads on or out, a typed answer counts as a pressed one, another question leaves, and the plan is for the screen."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, Clock, Scripted
from tests.test_conversations import _client, linden, sms  # noqa: F401 (the fixture with the trained assistant)
from webhook.choices import Choices, step_of
from webhook.parts import Parts
from webhook.replies import Button
from webhook.words import Words

WORDS = Words.load(ROOT)
CHOICES = Choices.load(ROOT)
STEPS = sorted(name.removeprefix("utter_step_") for name in WORDS.replies if name.startswith("utter_step_"))
JOURNEYS = {
    "Clare's Law": "clare_whose",
    "protection orders": "order_what",
    "safety plan": "plan_start",
    "is it abuse": "abuse_physical",
    "somewhere safe": "safe_where",
    "relative or friend": "friend_now",
    "child or teenager": "child_what",
    "professional": "pro_what",
    "own behaviour": "own_what",
}


def offered(step: str, channel: str = "web") -> list[Button]:
    return [Button(title, payload) for title, payload in WORDS.variant(f"utter_step_{step}", channel).buttons]


def next_steps(step: str) -> set[str]:
    name = "utter_plan_more" if step.startswith("plan_") and step not in ("plan_start", "plan_whole") else f"utter_step_{step}"
    return {found for _, payload in WORDS.variant(name).buttons if (found := step_of(payload))}


def test_every_step_is_reached_from_an_ordinary_answer() -> None:
    reached = {
        found
        for name, variants in WORDS.replies.items()
        if not name.startswith("utter_step_")
        for v in variants
        for _, p in v.buttons
        if (found := step_of(p))
    }
    while True:
        more = reached | {step for each in reached for step in next_steps(each)}
        if more == reached:
            break
        reached = more
    assert set(STEPS) - reached == set()
    assert set(JOURNEYS.values()) <= reached


@pytest.mark.parametrize("step", [step for step in STEPS if not step.startswith("own_")])
def test_every_step_has_a_way_out_of_the_journey(step: str) -> None:
    """By a button that asks something else or leads to an ordinary answer; own_ steps lead nowhere about another person."""
    ways_out = [payload for _, payload in WORDS.variant(f"utter_step_{step}").buttons if step_of(payload) is None]
    leads_to_one = (
        any(
            step_of(p) is None
            for each in next_steps(step)
            for _, p in WORDS.variant(f"utter_step_{each}").buttons
            if f"utter_step_{each}" in WORDS.replies
        )
        if not ways_out and not step.startswith(("child_", "pro_"))
        else True
    )
    assert ways_out or leads_to_one


def test_somebody_who_hurts_others_is_told_nothing_about_the_other_person() -> None:
    names = ["utter_perpetrator_help", *(f"utter_step_{step}" for step in STEPS if step.startswith("own_"))]
    for name in names:
        for variant in WORDS.replies[name]:
            said = variant.text.lower()
            for word in (
                "refuge",
                "safe house",
                "shelter",
                "helpline for",
                "she may",
                "he may",
                "they may go",
                "clare",
                "where they",
                "find them",
                "0808 2000 247",
                "0808 801 0327",
            ):
                assert word not in said, name
            for _, payload in variant.buttons:
                assert payload == "/suicidal" or (step_of(payload) or "").startswith("own_"), name


def test_no_step_scores_and_none_counts() -> None:
    for step in STEPS:
        if step.startswith("abuse_"):
            for variant in WORDS.replies[f"utter_step_{step}"]:
                assert not re.search(r"\b(points?|out of (six|6)|high risk|score of)\b", variant.text)


@pytest.mark.parametrize(
    ("step", "text", "leads"),
    [
        ("clare_whose", "1", "clare_where_me"),
        ("clare_whose", "for me", "clare_where_me"),
        ("clare_whose", "its my ex", "clare_where_me"),
        ("clare_whose", "my sisters boyfriend", "clare_where_other"),
        ("clare_whose", "someone else's", "clare_where_other"),
        ("clare_where_me", "Yes I do", "clare_how"),
        ("clare_where_me", "yeah", "clare_how"),
        ("clare_where_me", "not sure", "clare_elsewhere"),
        ("clare_where_me", "no I dont", "clare_elsewhere"),
        ("clare_id", "next", "clare_wait"),
        ("clare_id", "ok", "clare_wait"),
        ("order_what", "he wont stop messaging me", None),
        ("order_what", "she keeps messaging me", "order_nonmol"),
        ("order_what", "I want him out of the house", "order_home"),
        ("order_what", "they are making me marry", "order_marriage"),
        ("plan_start", "im staying for now", "plan_stay"),
        ("plan_start", "I've already left", "plan_left"),
        ("abuse_threats", "yes she does", "abuse_control"),
        ("abuse_threats", "N", "abuse_control"),
        ("abuse_sex", "skip", "abuse_mind"),
        ("abuse_sex", "id rather not say", "abuse_mind"),
        ("friend_family", "not sure", "friend_honour"),
        ("friend_family", "they want to take her abroad", "friend_honour"),
        ("friend_family", "no", "friend_help"),
        ("friend_now", "no not now", "friend_family"),
        ("pro_what", "I want to refer a patient", "pro_refer"),
        ("own_what", "I want to change", "own_change"),
        # not answers: questions, other things, long messages
        ("clare_whose", "how long does it take?", None),
        ("clare_whose", "will my ex find out", None),
        ("abuse_threats", "no one believes me", None),
        ("order_what", "what is a dapo", None),
        ("friend_now", "I need somewhere to sleep", None),
        ("clare_where_me", "yes but the thing is that last week my mate saw him with somebody", None),
        ("clare_whose", "9", None),
    ],
)
def test_a_typed_answer_is_read_as_the_choice_it_makes(step: str, text: str, leads: str | None) -> None:
    chosen = CHOICES.read(text, offered(step), None)
    assert (step_of(chosen.payload) if chosen else None) == leads


def test_a_typed_yes_says_what_was_recognised_and_a_typed_no_does_not() -> None:
    yes, no = CHOICES.read("yes", offered("abuse_physical"), None), CHOICES.read("nope", offered("abuse_physical"), None)
    assert '"after":"yes_physical"' in yes.payload
    assert "after" not in no.payload


def test_a_place_typed_is_the_button_of_its_borough() -> None:
    assert CHOICES.read("im in tipton", offered("safe_where"), "Sandwell").title == "Sandwell"
    assert CHOICES.read("somewhere in ws10", offered("safe_where"), "Sandwell|Walsall") is None


def test_nothing_is_read_as_an_answer_when_nothing_was_asked() -> None:
    assert CHOICES.read("yes", [], None) is None


def test_every_step_in_the_list_of_typed_answers_exists() -> None:
    parts = {name.removeprefix("utter_") for name in WORDS.replies if name.startswith("utter_plan_")}
    assert set(CHOICES.steps) - set(STEPS) - parts == set()


def test_danger_in_an_answer_is_never_taken_for_a_choice(linden: Parts) -> None:  # noqa: F811
    say = opened_chat(linden)
    say("how do I apply for clares law")
    answer = say("my ex has got a knife and hes outside")
    assert answer["danger"] == "now"
    assert answer["replies"][0]["id"] == "utter_danger_now"


# ---- on the trained assistant -----------------------------------------------------------------------------------------


def opened_chat(linden: Parts) -> Callable[..., dict]:  # noqa: F811
    client = _client(linden)
    session = client.post("/chat/open").get_json()["session"]
    turns = iter(range(1, 60))

    def say(text: str = "", press: str = "", last: dict | None = None) -> dict:
        body: dict = {"text": text, "turn": next(turns)}
        if press:
            buttons = [b for reply in last["replies"] for b in reply["buttons"]]
            body["payload"] = next(b["payload"] for b in buttons if b["title"] == press)
        answer = client.post("/chat/message", json=body, headers={"X-Chat-Session": session})
        assert answer.status_code == 200
        return answer.get_json()

    return say


def ids(answer: dict) -> list[str]:
    return [reply["id"] for reply in answer["replies"]]


def test_clares_law_from_the_first_step_to_the_last_by_pressing_and_typing(linden: Parts) -> None:  # noqa: F811
    say = opened_chat(linden)
    answer = say("how do I find out if my boyfriend has been violent before")
    answer = say(press="Step by step", last=answer)
    assert ids(answer) == ["utter_step_clare_whose"]
    answer = say("mine")
    assert ids(answer) == ["utter_step_clare_where_me"]
    answer = say(press="Yes, I do", last=answer)
    seen = []
    for typed in ("next", "ok", "next", "carry on", "next", "next"):
        seen += ids(answer)
        answer = say(typed)
    assert seen == [f"utter_step_clare_{step}" for step in ("how", "id", "wait", "told", "nothing", "secret")]
    assert ids(answer) == ["utter_step_clare_safe"]


def test_another_question_in_the_middle_is_answered_and_the_journey_is_left(linden: Parts) -> None:  # noqa: F811
    say = opened_chat(linden)
    say(press="Step by step", last=say("what is clares law"))
    assert "utter_dvpo_what" in ids(say("what is a DVPO"))
    assert "utter_step_clare_where_me" not in ids(say("me"))


def test_somewhere_safe_names_the_boroughs_own_way(linden: Parts) -> None:  # noqa: F811
    say = opened_chat(linden)
    answer = say(press="Find what fits me", last=say("I need a refuge"))
    answer = say("im in tipton")
    assert ids(answer) == ["utter_step_safe_kind"]
    answer = say(press="Somewhere to go tonight", last=answer)
    assert ids(answer)[:2] == ["utter_step_safe_tonight", "utter_safe_in_sandwell"]
    assert "utter_contact_card" in ids(answer)


@pytest.mark.parametrize("area", ["Dudley", "Sandwell", "Walsall", "Wolverhampton"])
def test_each_borough_has_a_way_to_somewhere_safe(linden: Parts, area: str) -> None:  # noqa: F811
    say = opened_chat(linden)
    answer = say(press="Find what fits me", last=say("I need a refuge"))
    answer = say(press="Somewhere to go tonight", last=say(press=area, last=answer))
    assert f"utter_safe_in_{area.lower()}" in ids(answer)


def test_a_plan_is_built_from_choices_and_shown_whole(linden: Parts) -> None:  # noqa: F811
    say = opened_chat(linden)
    answer = say(press="Make a plan on this screen", last=say("how do I leave safely, help me make a safety plan"))
    assert ids(answer) == ["utter_step_plan_start"]
    assert ids(say("im thinking of leaving")) == ["utter_plan_leave", "utter_plan_more"]
    assert ids(say("i have two kids")) == ["utter_plan_children", "utter_plan_more"]
    assert ids(say("and a dog")) == ["utter_plan_pet", "utter_plan_more"]
    answer = say("thats it")
    assert ids(answer) == ["utter_plan_leave", "utter_plan_children", "utter_plan_pet", "utter_step_plan_whole"]


def test_a_plan_is_never_sent_by_text(linden: Parts) -> None:  # noqa: F811
    for body in ("how do I leave safely", "make a safety plan", "im staying", "i have kids", "thats it"):
        reply = sms(linden, body)
        for name in ("stay", "leave", "left", "children", "pet", "phone", "money"):
            assert WORDS.say(f"utter_plan_{name}")[:40] not in reply
    assert WORDS.variant("utter_step_plan_start", "sms").buttons == ()


def test_the_longest_plan_is_no_more_words_than_three_bubbles() -> None:
    main = max((WORDS.say(f"utter_plan_{name}") for name in ("stay", "leave", "left")), key=len)
    whole = [main, *(WORDS.say(f"utter_plan_{name}") for name in ("children", "pet", "phone", "money")), WORDS.say("utter_step_plan_whole")]
    assert sum(len(text.split()) for text in whole) <= 270


def test_six_questions_end_in_what_the_law_says(linden: Parts) -> None:  # noqa: F811
    say = opened_chat(linden)
    answer = say(press="Six short questions", last=say("is this abuse"))
    for typed in ("no", "no", "yes", "no", "skip"):
        answer = say(typed)
    assert ids(answer) == ["utter_step_abuse_mind"]
    assert ids(say("yes")) == ["utter_yes_mind", "utter_step_abuse_end"]


def test_a_relative_is_led_by_text_to_help_and_to_a_call_to_them(linden: Parts) -> None:  # noqa: F811
    sms(linden, "im worried about my daughter, her boyfriend scares her")
    assert "in danger right now" in sms(linden, "next")
    assert "their own family" in sms(linden, "n")
    assert "What helps" in sms(linden, "n")
    assert "Don't speak to the person" in sms(linden, "next")
    assert "Clare's Law" in sms(linden, "next")
    assert "it is you they ring" in sms(linden, "next")


def test_the_other_journeys_start_where_their_answer_offers_them(linden: Parts) -> None:  # noqa: F811
    for text, press, first in (
        ("which order would keep my ex away from me", "Which order fits?", "utter_step_order_what"),
        ("im 12 and my dad hits my mum", "Tell me more", "utter_step_child_what"),
        ("im a gp, how do I refer a patient", "Find my route", "utter_step_pro_what"),
        ("i hurt my partner and i want to stop", "Help to stop", "utter_step_own_what"),
    ):
        say = opened_chat(linden)
        assert first in ids(say(press=press, last=say(text))), text


def test_a_child_is_shown_childline_and_a_professional_the_front_door(linden: Parts) -> None:  # noqa: F811
    say = opened_chat(linden)
    answer = say(press="Tell me more", last=say("im 12 and my dad hits my mum"))
    cards = [reply["text"] for reply in say(press="Who can I tell near me?", last=answer)["replies"]]
    assert any("0800 1111" in card for card in cards)
    say = opened_chat(linden)
    say("im in dudley")
    answer = say(press="Find my route", last=say("im a teacher, how do I refer a pupil"))
    assert any("0300 555 0050" in reply["text"] for reply in say(press="A child is in the home", last=answer)["replies"])


def test_every_step_rule_names_an_intent_that_a_button_uses() -> None:
    rules = yaml.safe_load((ROOT / "data/rules/journeys.yml").read_text())["rules"]
    ruled = {rule["steps"][0]["intent"] for rule in rules}
    used = {p.removeprefix("/").partition("{")[0] for vs in WORDS.replies.values() for v in vs for _, p in v.buttons if step_of(p)}
    assert ruled == used


def test_the_plan_is_written_nowhere() -> None:
    """The names of its parts live in one slot of a conversation in memory; no other program's code knows the slot."""
    for path in [*Path(ROOT / "webhook").rglob("*.py"), *Path(ROOT / "bot").rglob("*.py"), *Path(ROOT / "directory").rglob("*.py")]:
        names = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        assert "plan" not in names, path.name


def test_a_typed_answer_reaches_rasa_as_the_button_does(client, scripted: Scripted, clock: Clock) -> None:
    from webhook.replies import Reply

    scripted.replies = (Reply("utter_step_clare_whose", WORDS.say("utter_step_clare_whose"), tuple(offered("clare_whose"))),)
    session = client.post("/chat/open").get_json()["session"]
    for turn, text in enumerate(("hello", "for me"), 1):
        client.post("/chat/message", json={"text": text, "turn": turn}, headers={"X-Chat-Session": session})
    assert scripted.sent[-1][2] == '/clares_law_apply{"step":"clare_where_me"}'
