"""Finds the services that fit a need in an area: local and sure ones first, and never a women-only line alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.engine import Engine, create_engine
from sqlalchemy.orm import Session

from directory.models import Service, ServiceArea, TaxonomyTerm

SURENESS = {"high": 0, "medium": 1, "low": 2, "not verified": 3}
NATIONAL_PAIR = ("ndah", "mal")  # facts/README.md: never send a man, or someone who has not said, to a women-only line alone


@dataclass(frozen=True)
class Card:
    """A service as a person is shown it; `published` and `checked_on` say how fresh it is, and `due` that it must be renewed."""

    id: str
    name: str
    what: str
    who: str
    number: str | None
    dial: str | None
    text_line: str | None
    url: str | None
    hours: str | None
    confidence: str
    local: bool
    always_open: bool
    published: int | None
    checked_on: date | None
    due: bool


def open_directory(url: str) -> Engine:
    """Return an engine over the directory's database at `url`."""
    return create_engine(url, future=True)


def find_services(session: Session, *, needs: tuple[str, ...], area: str | None, today: date, live: bool = False, most: int = 4) -> list[Card]:
    """Return up to `most` cards for any of `needs` in `area` (a borough, `outside:X`, or None), best first.

    Local before national, the sure before the unsure. Whenever a women-only national line is among them, the men's
    line follows it. In live mode a service past its `review_by` is left out; in demo it is marked as due."""
    areas = ("all",) if area is None else ("all", area)
    filed = select(TaxonomyTerm.service_id).where(TaxonomyTerm.taxonomy == "need", TaxonomyTerm.term.in_(needs))
    here = select(ServiceArea.service_id).where(ServiceArea.area.in_(areas))
    query = select(Service).where(Service.status == "active", Service.id.in_(filed), Service.id.in_(here))
    services = [s for s in session.scalars(query) if not (live and is_due(s, today))]
    rank = {need: position for position, need in enumerate(needs)}
    services.sort(key=lambda s: _order(s, rank, area))
    return [_card(service, today, area) for service in _paired(services, most)]


def find_by_id(session: Session, ids: tuple[str, ...], today: date) -> list[Card]:
    """Return the cards of the services named, in that order; ids that are not there are left out."""
    found = {s.id: s for s in session.scalars(select(Service).where(Service.id.in_(ids)))}
    return [_card(found[key], today, None) for key in ids if key in found]


def card_fields(card: Card) -> dict[str, str]:
    """The card's facts by name, every one a string, empty when there is none: how a card travels between programs."""
    return {
        "id": card.id,
        "name": card.name,
        "what": card.what,
        "who": card.who,
        "number": card.number or "",
        "dial": card.dial or "",
        "url": card.url or "",
        "text_line": card.text_line or "",
        "hours": card.hours or "",
        "published": str(card.published or ""),
        "checked_on": card.checked_on.isoformat() if card.checked_on else "",
        "due": "yes" if card.due else "",
    }


def is_due(service: Service, today: date) -> bool:
    """True when the service must be confirmed again before it may be shown as current."""
    return service.review_by is not None and service.review_by < today


def _order(service: Service, rank: dict[str, int], area: str | None) -> tuple[bool, bool, int, bool, int, str]:
    local = area is not None and any(a.area == area for a in service.areas)
    fits = min((rank[t.term] for t in service.terms if t.taxonomy == "need" and t.term in rank), default=len(rank))
    reachable = bool(service.phones or service.text_line)
    return (not local, not service.single_point_of_contact, fits, not reachable, SURENESS[service.confidence], service.id)


def _paired(services: list[Service], most: int) -> list[Service]:
    """Keep the best, and the two national lines together wherever either is among all that fit."""
    pair = [s for s in services if s.id in NATIONAL_PAIR]
    others = [s for s in services if s.id not in NATIONAL_PAIR]
    pair.sort(key=lambda s: NATIONAL_PAIR.index(s.id))
    return others[: max(1, most - len(pair))] + pair


def _card(service: Service, today: date, area: str | None) -> Card:
    phone = service.phones[0] if service.phones else None
    return Card(
        id=service.id,
        name=service.name,
        what=service.description,
        who=service.eligibility_description,
        number=phone.number if phone else None,
        dial=phone.dial if phone else None,
        text_line=service.text_line,
        url=service.url,
        hours=service.hours,
        confidence=service.confidence,
        local=area is not None and any(a.area == area for a in service.areas),
        always_open=service.always_open,
        published=service.published,
        checked_on=service.assured_date,
        due=is_due(service, today),
    )
