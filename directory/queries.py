"""Finds the services that fit a need in an area: open, local and sure ones first, and never a women-only line alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, lazyload, selectinload

from directory.areas import EVERYWHERE
from directory.cards import Card, card_fields, is_due, make_card
from directory.database import open_directory
from directory.hours import open_at
from directory.listing import GENDERS, NATIONAL_PAIR
from directory.models import Listing, Schedule, Service

__all__ = ["NATIONAL_PAIR", "Card", "card_fields", "find_by_id", "find_services", "is_due", "open_directory"]

LOOKED_AT = 60  # services weighed for one area and need; the surest, so that 50,000 cost no more than 76
NIGHT = "night"  # the need under which the lines are filed that anyone can ring at any hour
SHOWN = (Service.phones, Service.schedules, Service.languages, Service.cost_options)  # what a card is made of


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


@dataclass(frozen=True)
class Candidate:
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
    local = {candidate.id for candidate in chosen if candidate.local}
    return [make_card(s, today=today, now=now, local=s.id in local) for s in _load(session, [c.id for c in chosen])]


def find_by_id(session: Session, ids: tuple[str, ...], today: date) -> list[Card]:
    """Return the cards of the services named, in that order; ids that are not there are left out."""
    return [make_card(service, today=today, now=None, local=False) for service in _load(session, ids)]


def _candidates(session: Session, asked: Asked) -> list[Candidate]:
    """Read the surest services of every area and need that was asked for, each service once."""
    places = (EVERYWHERE,) if asked.area is None else (asked.area, EVERYWHERE)
    found: dict[str, Candidate] = {}
    for fits, need in enumerate(asked.needs):
        for place in places:
            for row in session.execute(_listed(asked, place, need)):
                if row.service_id not in found:
                    found[row.service_id] = _candidate(row, fits, local=place != EVERYWHERE, asked=asked)
                elif place != EVERYWHERE and not found[row.service_id].local:
                    found[row.service_id] = _candidate(row, found[row.service_id].fits, local=True, asked=asked)
    return list(found.values())


def _listed(asked: Asked, place: str, need: str) -> object:
    """The query for one area and need, surest first, without what may not be shown or is for somebody else."""
    query = select(Listing.service_id, Listing.rank, Listing.gender, Listing.names_audience, Listing.always_open)
    query = query.where(Listing.area == place, Listing.need == need)
    if asked.live:
        query = query.where(Listing.vetted.is_(True), or_(Listing.review_by.is_(None), Listing.review_by >= asked.today))
    if asked.gender:
        query = query.where(or_(Listing.gender.is_(None), Listing.gender == asked.gender))
    return query.order_by(Listing.rank, Listing.service_id).limit(LOOKED_AT)


def _candidate(row: object, fits: int, *, local: bool, asked: Asked) -> Candidate:
    named = bool(set(row.names_audience.split()) & set(asked.audiences))  # type: ignore[attr-defined]
    return Candidate(row.service_id, row.rank, fits, local, named, row.gender, row.always_open)  # type: ignore[attr-defined]


def _weighed(session: Session, asked: Asked, found: Iterable[Candidate]) -> list[Candidate]:
    """Order the candidates, the best of them by whether they are open at that moment."""
    best = sorted(found, key=lambda candidate: candidate.order)
    if asked.now is None:
        return best
    likely, rest = best[:LOOKED_AT], best[LOOKED_AT:]
    rows: dict[str, list[Schedule]] = {}
    table = Schedule.__table__
    for row in session.execute(select(table).where(table.c.service_id.in_([candidate.id for candidate in likely]))):
        rows.setdefault(row.service_id, []).append(row)
    states = {candidate.id: open_at(rows.get(candidate.id, ()), asked.now) for candidate in likely}
    weighed = [Candidate(**{**vars(candidate), "open": states[candidate.id]}) for candidate in likely]
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
    return [candidate for candidate in _candidates(session, night) if candidate.always_open and candidate.id not in known][:1]


def _load(session: Session, ids: Iterable[str]) -> list[Service]:
    """Load these services with what a card needs and no more, in this order."""
    ids = list(ids)
    query = select(Service).where(Service.id.in_(ids)).options(lazyload("*"), *(selectinload(part) for part in SHOWN))
    found = {service.id: service for service in session.scalars(query)}
    return [found[key] for key in ids if key in found]
