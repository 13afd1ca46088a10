"""Nothing that leads to a door or a phone goes further than the front door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.redact import redact


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        pytest.param("ring me on 07700 900123", "ring me on (number)", id="mobile"),
        pytest.param("no07700900123x", "no(number)x", id="mobile between letters"),
        pytest.param("07 7 0 0 9 0 0 1 2 3", "(number)", id="mobile spelled with spaces"),
        pytest.param("+44 (0)7700-900-123", "(number)", id="international mobile"),
        pytest.param("oh seven seven double o nine double o one two three", "(number)", id="mobile in words"),
        pytest.param("my card is 4929 1234 5678 9012", "my card is (number)", id="card"),
        pytest.param("jo.b@example.co.uk", "(email)", id="e-mail"),
        pytest.param("jane at gmail dot com", "(email)", id="spoken e-mail"),
        pytest.param("dy11aa", "(postcode)", id="postcode without a space"),
        pytest.param("i live at 12 High Street, Tipton", "i live at (address), Tipton", id="house and street"),
        pytest.param("flat 3, 22b King Edward's Road", "(address), (address)", id="flat"),
        pytest.param("im 16 weeks and he is 40", "im 16 weeks and he is 40", id="ages and weeks stay"),
        pytest.param("call 999 or 101", "call 999 or 101", id="emergency numbers stay"),
        pytest.param("he gives me 100 a week", "he gives me 100 a week", id="money stays"),
        pytest.param("back in 1987 and 2021", "back in 1987 and 2021", id="years stay"),
    ],
)
def test_details_are_replaced_by_a_plain_word(typed: str, left: str) -> None:
    assert redact(typed).text == left


def test_full_postcodes_are_handed_back_in_one_form() -> None:
    assert redact("from wv10 9ab to B69-4TT").postcodes == ("WV10 9AB", "B69 4TT")


@given(st.text(alphabet="0123456789 abcdefABCDEF.@+()-", max_size=80))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@given(st.from_regex(r"\A0[0-9]{10}\Z"), st.sampled_from(["", " ", "-", ". ", " - "]))
def test_no_eleven_digit_number_survives(number: str, gap: str) -> None:
    spaced = gap.join((number[:5], number[5:8], number[8:]))
    assert number[-4:] not in redact(f"it is {spaced} ok").text
