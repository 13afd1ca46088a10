"""Tells whether a service is open at a moment in England, bank holidays included, from its schedule rows.

A schedule that says nothing certain (no times, monthly, every second week) never makes a service open or closed: the
answer is then None, and it is shown with its hours in words alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays

from directory import SeedInvalid

LONDON = ZoneInfo("Europe/London")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MIDNIGHT = time(0)
END_OF_DAY = ("23:59", "23:59:00", "23:59:59", "24:00", "24:00:00")
SPELLINGS = 4096  # days and times as feeds write them, kept as they were read; a look-up weighs the hours of 60 services
UNKNOWN_TIMES = "times vary"  # the days are known, the times are not, or only the times they lie within


class Row(Protocol):
    """What is read of a row of the table `schedule`."""

    valid_from: str | None
    valid_to: str | None
    freq: str | None
    interval: float | None
    byday: str | None
    bymonthday: str | None
    opens_at: str | None
    closes_at: str | None
    description: str | None
    bank_holidays: bool


@dataclass(frozen=True)
class Spell:
    """From `opens` to `closes` on one day, or past midnight when it closes no later than it opens; None: times not known.

    When it is not `certain`, it is closed outside these times and nobody can say within them."""

    opens: time | None
    closes: time | None
    certain: bool = True

    def holds(self, clock: time, *, day_before: bool) -> bool | None:
        """Whether it holds at `clock` on the day it begins, or on the day after it; None when its times are not known."""
        if self.opens is None or self.closes is None:
            return False if day_before else None
        overnight = self.closes <= self.opens
        inside = overnight and clock < self.closes if day_before else clock >= self.opens and (overnight or clock < self.closes)
        return (True if self.certain else None) if inside else False


def open_at(rows: Iterable[Row], moment: datetime) -> bool | None:
    """Return whether the rows say open at `moment`, which knows its zone; None when they cannot tell."""
    rows = list(rows)
    if not rows:
        return None
    local = moment.astimezone(LONDON)
    clock, today, yesterday = local.time(), local.date(), local.date() - timedelta(days=1)
    answers = [
        _spell(row).holds(clock, day_before=before)
        for day, before in ((today, False), (yesterday, True))
        for row in rows
        if _applies(row, day, night_after=before)
    ]
    if True in answers:
        return True
    return None if None in answers else False


def always_open(rows: Iterable[Row]) -> bool:
    """True when the rows say open at every hour of every day, bank holidays included."""
    whole: dict[bool, set[str]] = {True: set(), False: set()}
    for row in rows:
        spell = _spell(row)
        if spell == Spell(MIDNIGHT, MIDNIGHT) and not (row.valid_from or row.valid_to):
            whole[row.bank_holidays] |= _days(row.byday)
    return whole[False] >= set(BYDAY) and whole[True] >= set(BYDAY)


def is_bank_holiday(day: date) -> bool:
    """True on a bank holiday of England."""
    return day in _bank_holidays(day.year)


def read_opening(opening: Mapping[str, str]) -> list[dict[str, object]]:
    """Turn `{mon-fri: "09:00-17:00", bank: "00:00-24:00"}` into schedule rows; raises SeedInvalid.

    A day that is not named is closed, and so are bank holidays unless `bank` is named."""
    rows: list[dict[str, object]] = []
    for days, spells in opening.items():
        bank = days == "bank"
        byday = ",".join(BYDAY) if bank else _byday(days)
        for spell in str(spells).split(","):
            vary = spell.strip().startswith(UNKNOWN_TIMES)
            opens, closes = (None, None) if spell.strip() == UNKNOWN_TIMES else _times(spell.replace(UNKNOWN_TIMES, ""))
            said = UNKNOWN_TIMES if vary else None
            weekly = {"freq": "WEEKLY", "interval": 1, "byday": byday, "bank_holidays": bank}
            rows.append({**weekly, "opens_at": opens, "closes_at": closes, "description": said})
    return rows


def _applies(row: Row, day: date, *, night_after: bool) -> bool:
    """Whether a row holds on `day`; the night after a bank holiday is an ordinary night, whatever the day itself was."""
    if row.bank_holidays != is_bank_holiday(day) and (row.bank_holidays or not night_after):
        return False
    if row.valid_from or row.valid_to:
        text = day.isoformat()
        if not (row.valid_from or text) <= text <= (row.valid_to or text):
            return False
    return BYDAY[day.weekday()] in _days(row.byday)


@lru_cache(maxsize=SPELLINGS)
def _days(byday: str | None) -> frozenset[str]:
    """The days a row names; a row that names none is for all of them. `1MO` is a Monday, which one is not known here."""
    named = {part.strip()[-2:].upper() for part in (byday or "").split(",") if part.strip()}
    return frozenset(named & set(BYDAY) or BYDAY)


def _spell(row: Row) -> Spell:
    """The times of a row; none when it does not hold every week."""
    weekly = row.freq != "MONTHLY" and (row.interval or 1) == 1 and not row.bymonthday and not _is_numbered(row.byday)
    return _times_of(row.opens_at, row.closes_at, row.description != UNKNOWN_TIMES) if weekly else Spell(None, None)


@lru_cache(maxsize=SPELLINGS)
def _is_numbered(byday: str | None) -> bool:
    """True when it names a day of the month, such as `1MO`."""
    return any(c.isdigit() for c in byday or "")


@lru_cache(maxsize=SPELLINGS)
def _times_of(opens_at: str | None, closes_at: str | None, certain: bool) -> Spell:
    return Spell(_clock(opens_at), _clock(closes_at), certain)


def _clock(text: str | None) -> time | None:
    if not text:
        return None
    if text in END_OF_DAY:
        return MIDNIGHT
    try:
        return time.fromisoformat(text.removesuffix("Z")).replace(tzinfo=None)
    except ValueError:
        return None


def _byday(days: str) -> str:
    first, _, last = days.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise SeedInvalid(f"{days} is not a day or a range of days")
    return ",".join(BYDAY[DAYS.index(first) : DAYS.index(last or first) + 1])


def _times(spell: str) -> tuple[str, str]:
    opens, _, closes = (part.strip() for part in spell.partition("-"))
    for each in (opens, closes):
        if _clock(each) is None:
            raise SeedInvalid(f"{spell} is not a time from and to")
    return opens, closes.replace("24:00", "00:00")


@lru_cache(maxsize=8)
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
