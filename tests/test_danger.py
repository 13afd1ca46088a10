"""Danger is the higher of rules and head, and is judged with neither model nor encoder."""

import dataclasses

import numpy as np
import pytest

from safety import EncoderMissing
from safety.danger import LONGEST_WHOLE, DangerDetector
from safety.encoder import Encoder
from safety.head import Head, Scores
from tests.conftest import ROOT
from tools.corpus import read_held_out
from tools.report import FLOORS


def test_without_models_the_rules_still_answer(detector: DangerDetector) -> None:
    bare = dataclasses.replace(detector, head=None)
    assert bare("he has got a knife and hes outside").level == "now"


def test_the_head_hears_what_no_rule_names(detector: DangerDetector) -> None:
    bare = dataclasses.replace(detector, head=None)
    text = "he is dragging me out of bed by my hair and the kids are crying"
    assert bare(text).level == "none"
    assert detector(text).level != "none"


class Calm:
    """A head that is all but sure that there is no danger in anything."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def __call__(self, text: str, vector: object) -> Scores:
        return Scores(0.01, 0.0)

    def level(self, scores: Scores) -> str:
        return "none"


def test_a_calm_head_outvotes_a_rule_that_says_high_and_never_one_that_says_now(detector: DangerDetector, encoder: Encoder) -> None:
    calm = dataclasses.replace(detector, head=Calm(encoder))
    high, now = "he strangled me on saturday", "he has got a knife and hes outside"
    assert (calm.by_rules(high).level, calm(high).level) == ("high", "none")
    assert calm(now).level == "now"


def test_over_long_text_is_read_to_its_end(detector: DangerDetector) -> None:
    text = "word " * LONGEST_WHOLE + "he has got a knife and hes outside"
    assert detector(text).level == "now"


def test_a_verdict_keeps_no_words(detector: DangerDetector) -> None:
    verdict = detector("he has got a knife and hes outside")
    assert "knife" not in repr(verdict)


@pytest.mark.parametrize("text", ["for me", "one", "the kids", "him", "my daughter", "Two."])
def test_a_few_words_that_only_answer_are_no_danger(detector: DangerDetector, text: str) -> None:
    assert detector(text).level == "none"


@pytest.mark.parametrize("text", ["help", "Help!", "police", "knife", "choking", "stabbed", "emergency", "hes here"])
def test_one_word_can_be_danger(detector: DangerDetector, text: str) -> None:
    assert detector(text).level != "none"


@pytest.mark.parametrize("said", ["he'll kill me", "he is outside", "he has a knife", "they're going to kill me", "my dad hits me"])
@pytest.mark.parametrize("answer", ["no ", "No, ", "nope ", "nah, "])
def test_no_before_a_danger_denies_nothing(detector: DangerDetector, answer: str, said: str) -> None:
    assert detector(answer + said).level != "none"
    assert detector.by_rules(answer + said) == detector.by_rules(f"no. {said}")


@pytest.mark.parametrize("text", ["no knife", "no he isn't violent", "no, he never hit me", "no threats to kill me", "No I am safe"])
def test_no_that_denies_a_danger_still_does(detector: DangerDetector, text: str) -> None:
    assert detector(text).level == "none"


def test_the_head_refuses_another_encoder(encoder: Encoder) -> None:
    other = dataclasses.replace(encoder, fingerprint="another")
    with pytest.raises(EncoderMissing, match="another encoder"):
        Head.load(ROOT, other)


def test_now_asks_less_where_danger_is_heard(encoder: Encoder) -> None:
    head = Head(encoder, np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(2), np.array([0.5, 0.2, 0.7]), np.zeros(3))
    assert head.level(Scores(danger=0.4, now=0.6)) == "none"
    assert head.level(Scores(danger=0.4, now=0.8)) == "now"
    assert head.level(Scores(danger=0.6, now=0.1)) == "high"
    assert head.level(Scores(danger=0.6, now=0.3)) == "now"


def test_held_out_danger_does_not_fall_below_its_floor(detector: DangerDetector) -> None:
    """The floor is what the landed version reached, less a little; docs/decisions has the figures."""
    lines = read_held_out(ROOT)
    heard = {line.text: detector(line.text).level for line in lines}
    now = [heard[line.text] == "now" for line in lines if line.level == "now"]
    high = [heard[line.text] != "none" for line in lines if line.level == "high"]
    assert np.mean(now) >= FLOORS["now"]
    assert np.mean(high) >= FLOORS["high"]
