"""A service as a person is shown it, and how its facts travel between the programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from directory.hours import open_at
from directory.models import Service

SURE = "high"


@dataclass(frozen=True)
class Card:
    """A service as a person is shown it; `published` and `checked_on` say how fresh it is, and `due` that it must be renewed.

    `open` is None when nobody can say; `caution` is true when its sources leave doubt and no named person has confirmed it."""

    id: str
    name: str
    what: str
    who: str
    number: str | None
    dial: str | None
    text_line: str | None
    url: str | None
    hours: str | None
    languages: str
    free: bool
    confidence: str
    local: bool
    always_open: bool
    open: bool | None
    published: int | None
    checked_on: date | None
    caution: bool
    due: bool


def make_card(service: Service, *, today: date, now: datetime | None, local: bool) -> Card:
    """Return the card of a service; without `now` whether it is open is not reckoned."""
    phone = service.phones[0] if service.phones else None
    checked_on = service.assured_date if service.assured_by else None
    return Card(
        id=service.id,
        name=service.name,
        what=service.description or "",
        who=service.eligibility_description or "",
        number=phone.number if phone else None,
        dial=phone.dial if phone else None,
        text_line=service.text_line,
        url=service.url,
        hours=service.hours,
        languages=", ".join(language.name for language in service.languages if language.name),
        free=any(option.amount == 0 for option in service.cost_options),
        confidence=service.confidence,
        local=local,
        always_open=service.always_open,
        open=open_at(service.schedules, now) if now else None,
        published=service.published,
        checked_on=checked_on,
        caution=service.confidence != SURE and checked_on is None,
        due=is_due(service.review_by, today),
    )


def is_due(review_by: date | None, today: date) -> bool:
    """True when a service must be confirmed again before it may be shown as current."""
    return review_by is not None and review_by < today


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
        "open": "" if card.open is None else "yes" if card.open else "no",
        "always_open": _yes(card.always_open),
        "languages": card.languages,
        "free": _yes(card.free),
        "published": str(card.published or ""),
        "checked_on": card.checked_on.isoformat() if card.checked_on else "",
        "caution": _yes(card.caution),
        "due": _yes(card.due),
    }


def _yes(flag: bool) -> str:
    return "yes" if flag else ""
