"""One month for the service owner: each fact with what may be shown of its days, weeks and whole."""

from __future__ import annotations

import calendar
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from webhook.counts.facts import HANDOFFS
from webhook.counts.hidden import Shown, show, week_bounds
from webhook.handoff.desk import naive
from webhook.handoff.outcomes import Outcome
from webhook.handoff.windows import LONDON
from webhook.store.counts import list_asked, list_counts, list_ended

SETTLES = timedelta(days=2)  # after its last day a month is shown: by then every front door has written what it counted
REACHED = frozenset({Outcome.REACHED, Outcome.REFERRED, Outcome.CHILD_REFERRAL, Outcome.ADULT_REFERRAL, Outcome.CALLED_999})
NOT_A_CALL = frozenset({Outcome.TEST, Outcome.DUPLICATE})
HEADINGS = ("period", "from", "to", "fact", "count")
NOT_SHOWN = "not shown"

ASKED, ENDED, REACHED_HER, MISSED = HANDOFFS


class NotOver(ValueError):
    """The month is not one, or it is not over yet: a count that still grows would show single people."""


@dataclass(frozen=True)
class Month:
    """What may be shown of a month, by fact."""

    first: date
    last: date
    shown: dict[str, Shown]

    def of(self, fact: str) -> int | None:
        """The whole month's count of a fact; None when it is not shown."""
        return self.shown[fact].month

    def share(self, part: str, whole: str) -> int | None:
        """A fact as a percentage of another; None when either is not shown."""
        some, all_of_it = self.of(part), self.of(whole)
        return None if some is None or all_of_it is None else round(100 * some / all_of_it)


def bounds(name: str, today: date) -> tuple[date, date]:
    """Return the first and last day of a month such as `2026-10`; raises NotOver."""
    try:
        first = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise NotOver(f"{name} is no month; write it as 2026-10") from error
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    if today < last + SETTLES:
        raise NotOver(f"{name} can be shown from {last + SETTLES} on: a count that still grows would show single people")
    return first, last


def latest(today: date) -> date:
    """Return the first day of the last month that can be shown."""
    first = today.replace(day=1)
    while today < first.replace(day=calendar.monthrange(first.year, first.month)[1]) + SETTLES:
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def read_month(queue: Engine, facts: Iterable[str], first: date, last: date) -> Month:
    """Read the counts of a month and keep what may be shown of every one of `facts`."""
    with Session(queue, future=True) as session:
        counts = Counter(list_counts(session, first, last))
        counts.update(_handoffs(session, first, last))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return Month(first, last, {fact: show([counts[day, fact] for day in days]) for fact in facts})


def write_csv(month: Month) -> str:
    """Return a month as CSV: a line for each fact and period, the whole month first."""
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(HEADINGS)
    for fact, shown in month.shown.items():
        for period, first, last, count in _periods(month, shown):
            lines.writerow((period, first, last, fact, NOT_SHOWN if count is None else count))
    return file.getvalue()


def _periods(month: Month, shown: Shown) -> Iterator[tuple[str, date, date, int | None]]:
    yield "month", month.first, month.last, shown.month
    for (start, end), count in zip(week_bounds(len(shown.days)), shown.weeks, strict=True):
        yield "week", month.first + timedelta(days=start), month.first + timedelta(days=end - 1), count
    for number, count in enumerate(shown.days):
        day = month.first + timedelta(days=number)
        yield "day", day, day, count


def _handoffs(session: Session, first: date, last: date) -> Iterator[tuple[date, str]]:
    """Yield day and fact of each request that came, and of each that ended; neither changes once the month is over."""
    since, until = _midnight(first), _midnight(last + timedelta(days=1))
    for came in list_asked(session, since, until):
        yield _day(came), ASKED
    for ended, outcome in list_ended(session, since, until):
        if outcome not in NOT_A_CALL:
            yield _day(ended), ENDED
        if outcome in REACHED:
            yield _day(ended), REACHED_HER
        if outcome == Outcome.MISSED:
            yield _day(ended), MISSED


def _midnight(day: date) -> datetime:
    return naive(datetime.combine(day, time(), LONDON).astimezone(UTC))


def _day(moment: datetime) -> date:
    return moment.replace(tzinfo=UTC).astimezone(LONDON).date()
