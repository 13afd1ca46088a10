"""A short question means what it means after the one before it."""

import pytest
import yaml

from bot.followups import Context, Followups, put_first
from safety.normalise import Normaliser
from tests.conftest import ROOT
from tools.corpus import read_examples


@pytest.fixture(scope="module")
def followups() -> Followups:
    return Followups.load(ROOT)


@pytest.fixture(scope="module")
def normalise() -> Normaliser:
    return Normaliser.load(ROOT)


@pytest.mark.parametrize(
    ("topic", "asked", "heard", "meant"),
    [
        ("clares_law_what", "how long does it take?", "dvpo_terms", "clares_law_time"),
        ("clares_law_apply", "will he know?", "privacy_traces", "clares_law_secret"),
        ("clares_law_apply", "what do i need to bring", "safety_plan", "clares_law_documents"),
        ("clares_law_what", "can i do it for my daughter", "worried_about_someone", "clares_law_third_party"),
        ("dvpo_what", "how long does it last", "clares_law_time", "dvpo_terms"),
        ("dvpo_terms", "and if he breaks it?", "dvpo_breach", "dvpo_breach"),
        ("non_molestation_order", "how much does it cost", "money_help", "legal_aid"),
        ("clares_law_what", "what about my kids?", "child_at_home", "children_support"),
        ("refuge", "what about my kids?", "child_at_home", "refuge"),
        ("refuge", "and in walsall?", "inform_area", "refuge"),
        ("refuge", "DY4", "inform_area", "refuge"),
        ("clares_law_what", "Tipton", "inform_area", "inform_area"),
        ("request_callback", "when will they ring", "callback_status", "callback_status"),
        ("non_molestation_order", "how long does it take", "clares_law_time", "non_molestation_order"),
        ("legal_aid", "what if he breaks it", "nlu_fallback", "non_molestation_order"),
        ("non_molestation_order", "what if he breaks it", "dvpo_breach", "non_molestation_order"),
        ("worried_about_someone", "what should i not do", "drop_case", "worried_about_someone"),
        ("perpetrator_help", "where is she now", "refuge", "perpetrator_help"),
        ("perpetrator_help", "has she told the police", "report_police", "perpetrator_help"),
        ("perpetrator_help", "hmm and then i went there i dont know why i did that really i do not", "nlu_fallback", "perpetrator_help"),
        ("refuge", "hmm", "nlu_fallback", "nlu_fallback"),
        (None, "how long does it take?", "clares_law_time", "clares_law_time"),
    ],
)
def test_a_short_question_leans_on_the_topic(
    followups: Followups, normalise: Normaliser, topic: str | None, asked: str, heard: str, meant: str
) -> None:
    assert followups(normalise(asked), heard, Context(topic)) == meant


def test_a_question_that_names_its_subject_is_left_alone(followups: Followups, normalise: Normaliser) -> None:
    assert followups(normalise("how long does a dvpo last?"), "dvpo_terms", Context("clares_law_what")) == "dvpo_terms"


def test_a_long_message_says_itself_what_it_is_about(followups: Followups, normalise: Normaliser) -> None:
    text = "he said he will know and i am frightened because the last time he found out he broke the door"
    assert followups(normalise(text), "scared", Context("clares_law_what")) == "scared"


def test_a_relative_is_answered_as_one(followups: Followups, normalise: Normaliser) -> None:
    assert followups(normalise("how do i apply"), "clares_law_apply", Context("clares_law_what", relative=True)) == "clares_law_third_party"


def test_every_name_in_the_table_is_an_intent() -> None:
    data = yaml.safe_load((ROOT / "data/followups.yml").read_text("utf-8"))
    intents = {intent for _, intent in read_examples(ROOT)}
    named = [topic for subject in data["subjects"].values() for topic in subject["topics"]]
    named += [meant for question in data["questions"] for meant in question["after"].values() if meant != "same"]
    named += [meant for meant in data["unclear"].values() if meant != "same"]
    named += [*data["place"]["topics"], *data["place"]["named"], *data["relative"]["topics"], *data["relative"]["topics"].values()]
    assert set(named) <= intents
    assert {subject for question in data["questions"] for subject in question["after"]} | set(data["unclear"]) <= set(data["subjects"])


def test_what_is_meant_is_put_before_what_was_heard() -> None:
    parsed = {"intent": {"name": "a", "confidence": 0.4}, "intent_ranking": [{"name": "a", "confidence": 0.4}, {"name": "b", "confidence": 0.2}]}
    put_first(parsed, "b")
    assert [item["name"] for item in parsed["intent_ranking"]] == ["b", "a"]
    assert parsed["intent"]["name"] == "b"
