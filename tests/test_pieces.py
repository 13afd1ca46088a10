"""A long message is heard sentence by sentence, and nothing of it is lost."""

from hypothesis import given
from hypothesis import strategies as st

from safety.danger import DangerDetector
from safety.pieces import MOST_WORDS, asks, pieces, questions, sentences


def test_a_short_message_stays_whole() -> None:
    assert pieces("he hit me. what can i do?") == ["he hit me. what can i do?"]


def test_sentences_are_kept_together_up_to_the_limit() -> None:
    text = " ".join(f"this is sentence number {number} of many." for number in range(20))
    found = pieces(text)
    assert len(found) > 1
    assert all(len(piece.split()) <= MOST_WORDS for piece in found)
    assert " ".join(found) == text


@given(st.lists(st.text(alphabet="abc.?! \n", max_size=12), max_size=120))
def test_no_word_is_lost_whatever_is_typed(parts: list[str]) -> None:
    text = " ".join(parts)
    kept = {word for piece in pieces(text) for word in piece.split()}
    assert kept == set(text.split())


def test_questions_are_known_by_mark_or_first_word() -> None:
    assert [asks(each) for each in ("what is clares law", "and how do i leave", "he did it again?", "he hit me")] == [True, True, True, False]
    assert sentences("He hit me.  What now?\nPlease") == ["He hit me.", "What now?", "Please"]


def test_one_quiet_sentence_in_a_long_message_is_heard(detector: DangerDetector) -> None:
    calm = "We have been married for eleven years and we moved here for his job, and the children like their school very much. "
    text = calm * 3 + "He is outside the door now with a hammer and he is shouting that he will get in. " + calm * 2
    assert len(text) < 1_000
    assert detector(text).level == "now"


def test_the_questions_of_a_run_on_begin_where_they_are_asked() -> None:
    run_on = "he choked me on sunday and i was wondering if i can get a refuge also how long does it take"
    assert questions(run_on) == ["i was wondering if i can get a refuge also", "how long does it take"]
    assert questions("what is clare's law") == ["what is clare's law"]
    assert questions("i do not know how i can go on") == questions("he hit me") == []
