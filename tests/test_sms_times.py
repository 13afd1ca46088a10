"""Times as people type them: read into exactly what was said, asked when they could mean two things, never widened."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safety.normalise import Normaliser
from tests.clock import NOON
from tests.conftest import ROOT
from webhook.handoff.services import load_services, service_for
from webhook.handoff.windows import LONDON, Window, offered
from webhook.sms.lexicon import Lexicon, clock_candidates
from webhook.sms.times import MARK, Unclear, read_times
from webhook.sms.windows import read_back

LEXICON, NORMALISE = Lexicon.load(ROOT), Normaliser.load(ROOT)
SERVICES = load_services(ROOT, "demo")
DAY_AND_NIGHT, OFFICE_HOURS = "Dudley", "Wolverhampton"  # staffed at all hours; 9am to 9pm, weekends 10am to 4pm


@cache
def possible(area: str, now: datetime = NOON) -> tuple[Window, ...]:
    service = service_for(SERVICES, area)
    assert service is not None
    return tuple(offered(service, now))


def read(said: str, area: str = DAY_AND_NIGHT, now: datetime = NOON):
    return read_times(LEXICON, NORMALISE(said), now, list(possible(area, now)))


READ = {
    "tues morning": "Tue 24 Nov 9am-12 noon",
    "Tuesday mornings pls": "Tue 24 Nov 9am-12 noon",
    "weds 2-4pm": "Wed 25 Nov 2pm-4pm",
    "thurs 9.30am til 11": "Thu 26 Nov 9.30am-11am",
    "fri half 9 in the morning till half 11": "Fri 27 Nov 9.30am-11.30am",
    "25th nov after 2pm till 4": "Wed 25 Nov 2pm-4pm",
    "29/11 9am-11am": "Sun 29 Nov 9am-11am",
    "the day after tomorrow 9am to 10am": "Wed 25 Nov 9am-10am",
    "tmrw 0900-1100": "Tue 24 Nov 9am-11am",
    "this afternoon": "Mon 23 Nov 12 noon-6pm",
    "tonight after 8": "Mon 23 Nov 8pm-midnight",
    "fri 10pm-2am": "Fri 27 Nov 10pm-2am",
    "tues or weds, between 3pm and 5pm": "Tue, Wed 3pm-5pm",
    "tues and thurs mornings and fri 1-3pm": "Tue, Thu 9am-12 noon; Fri 27 Nov 1pm-3pm",
    "weekday mornings not weds": "Tue, Thu, Fri 9am-12 noon",
    "not weekends, 9am to 3pm": "Mon 23 Nov 12 noon-3pm; Tue-Fri 9am-3pm",
    "sat or sun 10am-12 noon": "Sat, Sun 10am-12 noon",
    "tues to fri 1pm-2pm when hes at work": "Tue-Fri 1pm-2pm",
    "morning": "Tue-Sun 9am-12 noon",
    "wed eve x": "Wed 25 Nov 6pm-9pm",
    "any time": "Mon 23 Nov 12 noon-9pm; Tue-Sun 8am-9pm",
    "anytime but not sat": "Mon 23 Nov 12 noon-9pm; Tue, Wed, Thu, Fri, Sun 8am-9pm",
    "any time except 4-6pm": "Mon 23 Nov 12 noon-4pm and 6pm-9pm; Tue-Sun 8am-4pm and 6pm-9pm",
    "weds 2 at night till 3 at night": "Wed 25 Nov 2am-3am",
}


@pytest.mark.parametrize("said", READ)
def test_what_is_typed_is_read_back_as_exactly_that(said: str) -> None:
    windows = read(said)
    assert isinstance(windows, tuple), windows
    assert read_back(windows) == READ[said]


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("after 9 when hes at work", "half"),
        ("any time b4 3", "half"),
        ("9-5 mon-fri", "half"),
        ("10-12 weds", "half"),
        ("between 1 and 3 tmrw", "half"),
        ("12-2 weds", "noon"),
        ("thurs 2pm", "until"),
        ("after 3pm tues", "until"),
        ("at 11am", "until"),
        ("not weekends", "hours"),
        ("tues", "hours"),
        ("tues or weds", "hours"),
        ("next tues morning", "date"),
        ("mon 2pm to 3pm", "date"),
        ("3rd dec 9am to 10am", "date"),
        ("weds 24/11 9am to 10am", "date"),
    ],
)
def test_what_could_mean_two_things_is_asked(said: str, question: str) -> None:
    asked = read(said)
    assert isinstance(asked, Unclear)
    assert asked.question == question
    assert asked.template.count(MARK) == 1


@pytest.mark.parametrize(
    "said",
    [
        "before he gets home at 5",
        "he is home tues morning",
        "when hes out",
        "not when hes home",
        "not weekends after 3",
        "not mon, tues 9am to 10am",
        "when he is back at 3pm",
        "unless he is off",
        "until he gets back",
        "tues morning if hes out",
        "after school",
        "dinner time",
        "never",
        "soon",
        "",
        "930",
    ],
)
def test_what_is_not_wholly_understood_is_not_read_at_all(said: str) -> None:
    assert read(said) is None


def test_staffed_hours_can_settle_what_a_time_means() -> None:
    windows = read("any time b4 3", OFFICE_HOURS)
    assert isinstance(windows, tuple)
    assert read_back(windows) == "Mon 23 Nov 12 noon-3pm; Tue-Fri 9am-3pm; Sat, Sun 10am-3pm"


def test_a_time_nobody_is_there_is_said_to_be_so() -> None:
    assert read("fri 9pm - 11pm", OFFICE_HOURS) == Unclear("none")


def test_windows_keep_the_wall_clock_over_a_clock_change() -> None:
    now = datetime(2027, 3, 26, 12, 0, tzinfo=UTC)  # the Friday before the clocks go forward
    before, after = read("sat 9am to 10am", now=now), read("mon 9am to 10am", now=now)
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    assert (before[0].start.hour, after[0].start.hour) == (9, 8)
    assert {window.start.astimezone(LONDON).hour for window in (*before, *after)} == {9}


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("9", (540, 1260)),
        ("9am", (540,)),
        ("9.30pm", (1290,)),
        ("half 9", (570, 1290)),
        ("quarter to 9", (525, 1245)),
        ("12", (0, 720)),
        ("12am", (0,)),
        ("12pm", (720,)),
        ("15:00", (900,)),
        ("0900", (540,)),
        ("24:00", (1440,)),
        ("25", ()),
        ("13pm", ()),
        ("9.75", ()),
    ],
)
def test_a_time_of_day_is_what_it_can_mean(said: str, minutes: tuple[int, ...]) -> None:
    assert clock_candidates(said) == minutes


WORDS = ["mon", "tues", "weds", "sat", "weekends", "weekdays", "tomorrow", "25th nov", "morning", "night", "9", "3pm", "12", "half 9", "noon"]
JOINS = [
    "after",
    "b4",
    "till",
    "between",
    "and",
    "or",
    "to",
    "-",
    "not",
    "except",
    "but",
    ",",
    "any time",
    "when hes at work",
    "pls",
    "in the",
    "next",
]


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS + JOINS), max_size=9), st.sampled_from([DAY_AND_NIGHT, OFFICE_HOURS]))
def test_whatever_is_typed_no_window_is_outside_what_can_be_kept(said: list[str], area: str) -> None:
    windows = read(" ".join(said), area)
    if isinstance(windows, tuple):
        assert windows
        assert list(windows) == sorted(windows)
        for window in windows:
            moment = window.start
            while moment < window.end:
                assert any(kept.start <= moment < kept.end for kept in possible(area))
                moment += timedelta(minutes=30)
            assert window.end - window.start >= timedelta(minutes=30)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(said: str) -> None:
    assert read(said) is None or read(said)
