"""What follows from an outcome: attempts, windows, the lead; over every kind of window and both clock changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook.handoff.outcomes import AGAIN, MOST_ATTEMPTS, REST, Outcome, following
from webhook.handoff.windows import Window, callable_now

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOURS = [Window(NOW - timedelta(hours=1), NOW + timedelta(hours=2)), Window(NOW + timedelta(hours=21), NOW + timedelta(hours=24))]


def after(outcome: Outcome, *, windows: list[Window] = HOURS, attempts: int = 0, danger: bool = False):
    return following(outcome, windows=windows, attempts=attempts, danger=danger, now=NOW)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each not in (*AGAIN, Outcome.TO_LEAD)])
def test_every_other_outcome_ends_the_attempts_at_once(outcome: Outcome) -> None:
    assert after(outcome).ended


@pytest.mark.parametrize("outcome", AGAIN)
def test_no_answer_waits_half_an_hour_at_least(outcome: Outcome) -> None:
    next_up = after(outcome)
    assert (next_up.ended, next_up.attempts) == (False, 1)
    assert min(next_up.windows).start == NOW + REST


@pytest.mark.parametrize("outcome", AGAIN)
def test_the_third_attempt_is_the_last(outcome: Outcome) -> None:
    assert not after(outcome, attempts=1).ended
    assert after(outcome, attempts=2).ended


def test_three_no_answers_on_a_danger_flag_go_to_the_lead() -> None:
    third = after(Outcome.NO_ANSWER, attempts=2, danger=True)
    assert (third.ended, third.outcome) == (False, Outcome.TO_LEAD)


def test_a_danger_flag_without_a_window_left_goes_to_the_lead_too() -> None:
    assert after(Outcome.NO_ANSWER, windows=[Window(NOW, NOW + timedelta(minutes=45))], danger=True).outcome is Outcome.TO_LEAD


def test_passing_it_on_is_no_ending() -> None:
    assert not after(Outcome.TO_LEAD, attempts=2).ended


moments = st.datetimes(datetime(2026, 3, 27), datetime(2026, 11, 2), timezones=st.just(UTC))  # noqa: DTZ001
windows = st.lists(st.tuples(moments, st.integers(30, 1_500)), min_size=1, max_size=5)


@given(windows, moments, st.integers(0, 2), st.booleans(), st.sampled_from(AGAIN))
def test_no_attempt_is_ever_left_outside_a_window_she_chose_or_within_the_half_hour(found, now, attempts, danger, outcome) -> None:
    chosen = [Window(start, start + timedelta(minutes=minutes)) for start, minutes in found]
    left = following(outcome, windows=chosen, attempts=attempts, danger=danger, now=now)
    assert left.attempts == attempts + 1 <= MOST_ATTEMPTS
    if left.ended or left.outcome is Outcome.TO_LEAD:
        return
    for window in left.windows:
        assert window.start >= now + REST
        assert callable_now([window], window.start)
        assert any(own.start <= window.start and own.end == window.end for own in chosen)
