"""Safe windows: only when staffed, never in the last twenty minutes, right over clock changes and midnight."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from webhook.handoff import NotNow
from webhook.handoff.desk import check_window, expiry, windows_of
from webhook.handoff.services import DAYS, HelplineService, Hours, load_services
from webhook.handoff.windows import LAST_START, LEAST_OVERLAP, LONDON, Window, callable_now, next_window, offered
from webhook.store.models import CallbackRequest

SERVICES = {service.id: service for service in load_services(ROOT, "demo")}
WALSALL, DUDLEY, WOLVERHAMPTON = (SERVICES[f"demo-{name}"] for name in ("walsall", "dudley", "wolverhampton"))
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


def test_the_windows_of_a_weekday_are_cut_to_staffed_hours() -> None:
    monday = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    assert [window.short for window in offered(WALSALL, monday, days=1)][:5] == [
        "Mon 8am-9am",
        "Mon 9am-12 noon",
        "Mon 12 noon-3pm",
        "Mon 3pm-6pm",
        "Mon 6pm-9pm",
    ]


def test_what_is_left_of_a_window_is_offered_only_if_it_is_half_an_hour() -> None:
    late = datetime(2026, 11, 23, 11, 40, tzinfo=UTC)
    assert offered(WALSALL, late)[0].short == "Mon 12 noon-3pm"
    early = datetime(2026, 11, 23, 11, 20, tzinfo=UTC)
    assert offered(WALSALL, early)[0].short == "Mon 11.20am-12 noon"


def test_christmas_is_a_bank_holiday() -> None:
    christmas = date(2026, 12, 25)
    assert WOLVERHAMPTON.hours_on(christmas) is None
    assert WALSALL.hours_on(christmas) == WALSALL.staffed["bank"]


@given(now=moments, service=st.sampled_from([WALSALL, DUDLEY, WOLVERHAMPTON]))
def test_every_window_offered_lies_inside_staffed_hours_and_is_long_enough(now: datetime, service: HelplineService) -> None:
    for window in offered(service, now, days=3):
        assert window.end - window.start >= LEAST_OVERLAP
        local = window.start.astimezone(LONDON)
        hours = service.hours_on(local.date())
        assert hours is not None
        assert local.time() >= hours.start
        assert window.start >= now


@given(now=moments, start=moments, minutes=st.integers(1, 3_000))
def test_no_call_starts_outside_a_window_or_in_its_last_twenty_minutes(now: datetime, start: datetime, minutes: int) -> None:
    window = Window(start, start + timedelta(minutes=minutes))
    allowed = callable_now([window], now)
    assert allowed == (window.start <= now < window.end - LAST_START)
    following = next_window([window], now)
    assert not (following is None and now < window.end - LAST_START)


@given(window=st.tuples(moments, moments).map(lambda pair: Window(*sorted(m.replace(second=0, microsecond=0) for m in pair))))
def test_a_window_reads_back_from_its_key(window: Window) -> None:
    assert Window.read(window.key) == window


@pytest.mark.parametrize(
    ("day", "hours"),
    [pytest.param(date(2026, 3, 29), 23, id="clocks go forward"), pytest.param(date(2026, 10, 25), 25, id="clocks go back")],
)
def test_a_day_of_clock_change_is_offered_whole(day: date, hours: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
    windows = [window for window in offered(DUDLEY, start, days=1) if window.start.astimezone(LONDON).date() == day]
    assert sum((window.end - window.start for window in windows), timedelta()) == timedelta(hours=hours)


def test_a_request_expires_after_its_third_window_or_twenty_one_days() -> None:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    windows = tuple(Window(now + timedelta(days=n), now + timedelta(days=n, hours=1)) for n in range(5))
    assert expiry(windows, now) == windows[2].end
    far = (Window(now + timedelta(days=40), now + timedelta(days=40, hours=1)),)
    assert expiry(far, now) == now + timedelta(days=21)


# ---- released only in a safe time ------------------------------------------------------------------------------------

CLOCK_CHANGES = (datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, tzinfo=UTC))
near_a_change = st.tuples(st.sampled_from(CLOCK_CHANGES), st.integers(-2_000, 2_000)).map(lambda pair: pair[0] + timedelta(minutes=pair[1]))


@given(asked=near_a_change, chosen=st.sets(st.integers(0, 30), min_size=1, max_size=6), later=st.integers(0, 4_000))
def test_nothing_is_released_outside_what_she_said_over_midnight_and_clock_changes(asked: datetime, chosen: set[int], later: int) -> None:
    windows = [window for number, window in enumerate(offered(DUDLEY, asked)) if number in chosen]
    request = CallbackRequest(windows=" ".join(window.key for window in windows))
    now = asked + timedelta(minutes=later)
    minutes = [now + timedelta(minutes=minute) for minute in range(20)]
    safe = all(any(window.start <= minute < window.end for window in windows_of(request)) for minute in minutes)
    try:
        check_window(request, now)
        released = True
    except NotNow:
        released = False
    assert released <= safe, "a call that starts now could run out of the safe time within 20 minutes"
    if safe and any(window.start <= now + LAST_START < window.end for window in windows):
        assert released, "what she said is safe, over midnight too, is used"


def test_two_windows_that_touch_are_one_safe_time() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    windows = [Window(noon, noon + timedelta(hours=3)), Window(noon - timedelta(hours=3), noon)]
    assert callable_now(windows, noon - timedelta(minutes=5))
    assert not callable_now(windows, noon + timedelta(hours=2, minutes=40))
    assert next_window(windows, noon) == Window(noon - timedelta(hours=3), noon + timedelta(hours=3))


def test_a_shift_over_midnight_is_offered_on_both_days() -> None:
    night = replace(WOLVERHAMPTON, staffed={day: Hours(time(18), time(2)) for day in DAYS})
    windows = offered(night, datetime(2026, 11, 23, 12, tzinfo=UTC), days=1)
    assert [window.short for window in windows] == ["Mon 6pm-9pm", "Mon 9pm-midnight", "Tue midnight-2am"]
