"""Danger rules: each category hears its own, and is silent where a person would not be alarmed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest

from safety import RulesInvalid
from safety.normalise import Normaliser
from safety.rules import LEVELS, Index, Rules, compile_pattern, needed
from tests.conftest import ROOT
from tools.corpus import read_danger


def level(rules: Rules, normalise: Normaliser, text: str) -> str:
    return max((hit.level for hit in rules(normalise(text))), key=LEVELS.index, default="none")


@pytest.mark.parametrize(
    "text",
    [
        "he has got a knife and hes outside",
        "shes smashing the door in",
        "he is strangling me",
        "someone is breaking in",
        "hes in the garden now with a bat",
        "i have taken an overdose",
        "ive took the lot",
        "she has swallowed a whole packet of paracetamol",
        "theres a rope over the beam and i cant stop looking at it",
        "im locked in the bathroom",
        "he is hitting my mum",
        "bleeding wont stop",
        "can i order a pizza to the usual address please hurry",
        "he is watching me type",
        "send the police",
        "maar raha hai mujhe",
        "on znowu mnie bije prosze pomocy",
        "ma bate acum",
        "ayuda me está pegando",
        "ele está me batendo",
        "il me frappe aidez moi",
        "помогите, он меня бьёт",
        "يضربني",
        "amake marche",
    ],
)
def test_what_is_happening_now_is_heard_without_any_model(rules: Rules, normalise: Normaliser, text: str) -> None:
    assert level(rules, normalise, text) == "now"


@pytest.mark.parametrize(
    "text",
    [
        "he says he will kill me",
        "he strangled me last week",
        "he put his hands round my throat",
        "i want to die",
        "he says hel kill himself if i go",
        "he keeps a machete under the bed",
        "he follows me home from work",
        "he hits the kids",
        "how do i text 999",
    ],
)
def test_high_risk_is_heard_without_any_model(rules: Rules, normalise: Normaliser, text: str) -> None:
    assert level(rules, normalise, text) in ("high", "now")


@pytest.mark.parametrize(
    "text",
    [
        "he never hit me",
        "there was no knife",
        "what is a DVPO",
        "how do I find out if my boyfriend has been violent before",
        "what is the maximum sentence for threats to kill",
        "did you see who got stabbed on eastenders",
        "he strangled me thirty years ago and he is dead now",
        "the printer is killing me",
        "he took the lot, every penny",
        "social services took them both",
        "he has taken all my medication off me",
        "can i get help with rent",
        "potrzebuje pomocy po polsku",
        "ma mere est malade",
        "vorbiti romaneste",
        "necesito ayuda en español",
    ],
)
def test_a_careful_person_would_not_be_alarmed(rules: Rules, normalise: Normaliser, text: str) -> None:
    assert level(rules, normalise, text) == "none"


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("help", "high"),
        ("HELP!!", "high"),
        ("help. Help!", "high"),
        ("help with rent", "none"),
        ("i need help", "none"),
        ("the tap has leaked everywhere. help", "none"),
        ("sos", "now"),
        ("sos please hes here", "now"),
        ("SOS, what do i wear to a christening", "none"),
        ("help me please", "now"),
        ("can you help me please with a visa", "none"),
        ("he is at the door with a parcel", "none"),
        ("he is at the door with a crowbar", "now"),
        ("i'm hiding the birthday presents", "none"),
        ("im hiding", "now"),
        ("he is hitting me at the birthday party", "now"),
        ("hes kicking the door in...its the birthday party", "now"),
        ("knocked out of the cup again", "none"),
        ("he knocked me out of the blue", "high"),
        ("pomocy", "high"),
        ("ajută-mă", "high"),
        ("mujhe roz maarta hai", "high"),
        ("nunca me bateu", "none"),
        ("m-a lovit acum 20 de ani", "none"),
    ],
)
def test_a_cry_a_parcel_and_another_language_are_heard_as_meant(rules: Rules, normalise: Normaliser, text: str, heard: str) -> None:
    assert level(rules, normalise, text) == heard


@pytest.mark.parametrize("line", ["a @nothing b", "a {x} b", "a (b)"])
def test_a_pattern_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(RulesInvalid, match="danger pattern"):
        compile_pattern(line, {})


def test_a_pattern_of_which_every_word_may_be_missing_is_named() -> None:
    with pytest.raises(RulesInvalid, match="may be missing"):
        needed("a? {2}", {})


@dataclass(frozen=True)
class Every(Index):
    """Finds every pattern, whatever the words."""

    number: int = 0

    def find(self, words: Iterable[str]) -> list[int]:
        return list(range(self.number))


def test_no_pattern_that_fits_is_left_untried(rules: Rules, normalise: Normaliser) -> None:
    tried = replace(rules, index=Every(number=len(rules.patterns)))
    lines = [normalise(line.text) for line in read_danger(ROOT) if line.level != "none"][::15]
    assert [set(rules(line)) for line in lines] == [set(tried(line)) for line in lines]
    assert sum(bool(rules(line)) for line in lines) > 20
