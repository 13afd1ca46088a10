"""Finds the services that fit a need in an area: open, local and sure ones first, and never a women-only line alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from directory.areas import EVERYWHERE
from directory.cards import Card, make_card
from directory.hours import open_at
from directory.listing import GENDERS, NATIONAL_PAIR
from directory.lookup import LOOKED_AT, Slot, read_listed, read_shown, read_times

NIGHT = "night"  # the need under which the lines are filed that anyone can ring at any hour


@dataclass(frozen=True)
class Asked:
    """What was asked: needs, most fitting first; the area, if known; for whom; and when, if that is to be weighed."""

    needs: tuple[str, ...]
    area: str | None
    audiences: tuple[str, ...]
    today: date
    now: datetime | None
    live: bool

    @property
    def gender(self) -> str | None:
        """The one gender that was named, if just one was."""
        named = [audience for audience in self.audiences if audience in GENDERS]
        return named[0] if len(named) == 1 else None


class Candidate(NamedTuple):
    """A service that fits, with what it is ordered by."""

    id: str
    rank: int
    fits: int
    local: bool
    names_audience: bool
    gender: str | None
    always_open: bool
    open: bool | None = None

    @property
    def order(self) -> tuple[bool, bool, bool, int, bool, bool, int, str]:
        """Not known to be closed, local, the single point of contact, the need, the audience, known to be open, sure."""
        first = self.rank < 100
        return (self.open is False, not self.local, not first, self.fits, not self.names_audience, self.open is None, self.rank, self.id)


def find_services(
    session: Session,
    *,
    needs: tuple[str, ...],
    area: str | None,
    today: date,
    now: datetime | None = None,
    audiences: tuple[str, ...] = (),
    live: bool = False,
    most: int = 4,
) -> list[Card]:
    """Return up to `most` cards for any of `needs` in `area` (a borough, `outside:X`, or None), best first.

    Open before closed (when `now` is given), local before national, the sure before the unsure. Whenever a women-only
    national line is among them, the men's line follows it, unless `audiences` says who it is for; and one line among
    them is open at any hour. In live mode a service past its `review_by` is left out, and so is one that another feed
    brought and no named person has confirmed; in demo a service that is due is marked so."""
    asked = Asked(needs, area, audiences, today, now, live)
    fitting = _weighed(session, asked, _candidates(session, asked))
    chosen = _paired(fitting, most)
    chosen += _night_line(session, asked, chosen)
    by_id = {candidate.id: candidate for candidate in chosen}
    shown = read_shown(session, list(by_id))
    return [make_card(row, languages, today=today, open=by_id[row.id].open, local=by_id[row.id].local) for row, languages in shown]


def _candidates(session: Session, asked: Asked) -> list[Candidate]:
    """Read the surest services of every area and need that was asked for, each service once."""
    places = (EVERYWHERE,) if asked.area is None else (asked.area, EVERYWHERE)
    slots = [Slot(place, need) for need in asked.needs for place in places]
    rows = read_listed(session, slots, gender=asked.gender, current_on=asked.today if asked.live else None)
    audiences = set(asked.audiences)
    found: dict[str, Candidate] = {}
    for slot, key, rank, gender, names, always_open in rows:
        fits, local = slot // len(places), slots[slot].area != EVERYWHERE
        known = found.get(key)
        if known is None:
            found[key] = Candidate(key, rank, fits, local, not audiences.isdisjoint(names.split()), gender, always_open)
        elif fits < known.fits or local > known.local:
            found[key] = known._replace(fits=min(fits, known.fits), local=local or known.local)
    return list(found.values())


def _weighed(session: Session, asked: Asked, found: Iterable[Candidate]) -> list[Candidate]:
    """Order the candidates, the best of them and the national pair by whether they are open at that moment."""
    best = sorted(found, key=lambda candidate: candidate.order)
    if asked.now is None:
        return best
    likely = best[:LOOKED_AT] + [candidate for candidate in best[LOOKED_AT:] if candidate.id in NATIONAL_PAIR]
    rest = [candidate for candidate in best[LOOKED_AT:] if candidate.id not in NATIONAL_PAIR]
    times = read_times(session, [candidate.id for candidate in likely])
    weighed = [candidate._replace(open=open_at(times.get(candidate.id, ()), asked.now)) for candidate in likely]
    return sorted(weighed, key=lambda candidate: candidate.order) + rest


def _paired(fitting: list[Candidate], most: int) -> list[Candidate]:
    """Keep the best, and the two national lines together wherever either is among all that fit."""
    pair = sorted((c for c in fitting if c.id in NATIONAL_PAIR), key=lambda c: NATIONAL_PAIR.index(c.id))
    others = [candidate for candidate in fitting if candidate.id not in NATIONAL_PAIR]
    return others[: max(1, most - len(pair))] + pair


def _night_line(session: Session, asked: Asked, chosen: list[Candidate]) -> list[Candidate]:
    """A line that is open at any hour, unless one is chosen that this person can ring.

    A line for women alone will do for somebody who has not said, while the men's line may be open too."""
    men_wait = any(c.id == NATIONAL_PAIR[1] and c.open is False for c in chosen)
    if any(c.always_open and (c.gender in (None, asked.gender) or not (asked.gender or men_wait)) for c in chosen):
        return []
    night = Asked((NIGHT,), None, asked.audiences, asked.today, None, asked.live)
    known = {candidate.id for candidate in chosen}
    lines = [candidate for candidate in _candidates(session, night) if candidate.always_open and candidate.id not in known]
    surest = sorted(lines, key=lambda line: (line.rank, line.id))[:1]
    return [line._replace(open=True if asked.now else None) for line in surest]
