"""One normalisation for training, understanding and rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.normalise import Normaliser
from tests.conftest import ROOT

NORMALISE = Normaliser.load(ROOT)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("HELLLLP meeee!!!!", "help me!", id="stretched letters and marks"),
        pytest.param("hes outside", "he is outside", id="missing apostrophe"),
        pytest.param("he\u2019s outside", "he is outside", id="curly apostrophe"),
        pytest.param("i cor talk", "i can not talk", id="Black Country cor"),
        pytest.param("i wanna c wot he did 2nite", "i want to c what he did tonight", id="texting"),
        pytest.param("don't won't can't", "do not will not can not", id="negative contractions"),
        pytest.param("dave's knife", "dave's knife", id="a possessive is left alone"),
        pytest.param("he has a 🔪", "he has a knife", id="an emoji that says something"),
        pytest.param("mum\u200b\u00ad", "mum", id="invisible characters"),
        pytest.param("claires law", "clare's law", id="Clare's Law misspelt"),
        pytest.param("im scared atm", "i am scared at the moment", id="atm, the time"),
        pytest.param("he follows me to the atm", "he follows me to the atm", id="atm, the machine"),
        pytest.param("hes got a knife...hes outside", "he is got a knife. he is outside", id="stops without a space"),
        pytest.param("he hit me.He is here!help", "he hit me. he is here! help", id="a stop without a space"),
        pytest.param("is it on refuge.org.uk or gov.uk", "is it on refuge.org.uk or gov.uk", id="addresses stay whole"),
        pytest.param("at 9.30 e.g. today", "at 9.30 e.g. today", id="times and short forms stay whole"),
        pytest.param("a\nb\x00c", "a b c", id="line breaks and control characters"),
    ],
)
def test_typing_accidents_are_undone(typed: str, meant: str) -> None:
    assert NORMALISE(typed) == meant


@given(st.text(max_size=200))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = NORMALISE(text)
    assert NORMALISE(once) == once


def test_the_lexicon_has_no_spelling_twice_and_never_maps_a_word_to_itself() -> None:
    rows = [line.split("\t") for line in (ROOT / "data/lexicon/texting.tsv").read_text().splitlines() if not line.startswith("#")]
    typed = [row[0] for row in rows]
    assert len(typed) == len(set(typed))
    assert [row for row in rows if row[0] == row[1]] == []
