"""Safe windows: the times offered, and whether now is inside one a person chose. London time, right over clock changes.

A window is offered only if it overlaps staffed hours by 30 minutes or more, and no call starts in a window's last 20
minutes (handoff.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from webhook.handoff.services import HelplineService

LONDON = ZoneInfo("Europe/London")
LEAST_OVERLAP = timedelta(minutes=30)
LAST_START = timedelta(minutes=20)
DAYS_OFFERED = 7
EDGES = (0, 3, 6, 9, 12, 15, 18, 21, 24)  # hours: a day is offered in eight parts


@dataclass(frozen=True, order=True)
class Window:
    """A time it is safe to ring: two moments in UTC, the end not included."""

    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        """The window as one word, for a form: both moments in ISO 8601."""
        return f"{self.start.astimezone(UTC):%Y%m%dT%H%MZ}-{self.end.astimezone(UTC):%Y%m%dT%H%MZ}"

    @classmethod
    def read(cls, key: str) -> Window:
        """Return the window that `key` names; raises ValueError."""
        start, _, end = key.partition("-")
        return cls(*(datetime.strptime(part, "%Y%m%dT%H%MZ").replace(tzinfo=UTC) for part in (start, end)))

    @property
    def label(self) -> str:
        """The window in plain words, such as `Monday 23 November, 9am to 12 noon`."""
        start, end = self.start.astimezone(LONDON), self.end.astimezone(LONDON)
        return f"{start:%A} {start.day} {start:%B}, {clock(start.time())} to {clock(end.time())}"

    @property
    def short(self) -> str:
        """The window in few characters, for a text: `Mon 9am-12 noon`."""
        start, end = self.start.astimezone(LONDON), self.end.astimezone(LONDON)
        return f"{start:%a} {clock(start.time())}-{clock(end.time())}"


def clock(moment: time) -> str:
    """A time of day as people say it."""
    if moment == time(0):
        return "midnight"
    if moment == time(12):
        return "12 noon"
    hour = moment.hour % 12 or 12
    minutes = f".{moment.minute:02d}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def offered(service: HelplineService, now: datetime, days: int = DAYS_OFFERED) -> list[Window]:
    """Return the windows of the next `days` days that the service can keep, soonest first; what is left of one begun counts."""
    first = now.astimezone(LONDON).date()
    windows = [window for offset in range(days + 1) for window in _on(service, first + timedelta(days=offset))]
    left = [Window(max(window.start, now), window.end) for window in windows]
    return [window for window in left if window.end - window.start >= LEAST_OVERLAP and window.start < now + timedelta(days=days)]


def callable_now(windows: list[Window], now: datetime) -> bool:
    """True when a call may start at `now`: inside a window and not in its last 20 minutes."""
    return any(window.start <= now < window.end - LAST_START for window in joined(windows))


def next_window(windows: list[Window], now: datetime) -> Window | None:
    """Return the first window in which a call may still start at or after `now`."""
    return min((window for window in joined(windows) if now < window.end - LAST_START), default=None)


def joined(windows: Iterable[Window]) -> list[Window]:
    """Return the same safe times with windows that touch made one, as over noon or midnight: both were said to be safe."""
    found: list[Window] = []
    for window in sorted(windows):
        if found and window.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return found


def _on(service: HelplineService, day: date) -> list[Window]:
    """The parts of `day` cut down to staffed hours, those of a shift that began the evening before included."""
    parts = [(_at(day, start), _at(day, end)) for start, end in pairwise(EDGES)]
    shifts = [_shift(service, each) for each in (day - timedelta(days=1), day)]
    cut = [Window(max(a, shift.start), min(b, shift.end)) for a, b in parts for shift in shifts if shift]
    return [window for window in cut if window.end > window.start]


def _shift(service: HelplineService, day: date) -> Window | None:
    """The staffed hours that begin on `day`; an end not after the start is on the next day."""
    hours = service.hours_on(day)
    if hours is None:
        return None
    last = day if hours.end > hours.start else day + timedelta(days=1)
    return Window(*(datetime.combine(each, moment, LONDON).astimezone(UTC) for each, moment in ((day, hours.start), (last, hours.end))))


def _at(day: date, hour: int) -> datetime:
    following, hour = (day + timedelta(days=1), 0) if hour == 24 else (day, hour)
    return datetime.combine(following, time(hour), LONDON).astimezone(UTC)
