"""A service as a person is shown it, and how its facts travel between the programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

SURE = "high"
LONGEST_WHAT = 160  # characters of what a service is for


class Shown(Protocol):
    """What is read of a service to show it: its own columns, its first number, and whether one of its costs is nought."""

    id: str
    name: str
    description: str | None
    eligibility_description: str | None
    number: str | None
    dial: str | None
    text_line: str | None
    url: str | None
    hours: str | None
    free: bool
    confidence: str
    always_open: bool
    published: int | None
    assured_date: date | None
    assured_by: str | None
    review_by: date | None


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


def make_card(shown: Shown, languages: Iterable[str], *, today: date, open: bool | None, local: bool) -> Card:  # noqa: A002
    """Return the card of a service, with what its schedule was found to say of the moment."""
    checked_on = shown.assured_date if shown.assured_by else None
    return Card(
        id=shown.id,
        name=shown.name,
        what=shorten(shown.description or ""),
        who=shown.eligibility_description or "",
        number=shown.number,
        dial=shown.dial,
        text_line=shown.text_line,
        url=shown.url,
        hours=shown.hours,
        languages=", ".join(languages),
        free=shown.free,
        confidence=shown.confidence,
        local=local,
        always_open=shown.always_open,
        open=open,
        published=shown.published,
        checked_on=checked_on,
        caution=shown.confidence != SURE and checked_on is None,
        due=is_due(shown.review_by, today),
    )


def shorten(description: str) -> str:
    """The first sentence of a description, or its beginning: councils write paragraphs, and a card is read in a moment."""
    line = " ".join(description.split())
    if len(line) <= LONGEST_WHAT:
        return line
    first = line[:LONGEST_WHAT].rsplit(". ", 1)[0]
    return first if len(first) < LONGEST_WHAT else line[:LONGEST_WHAT].rsplit(" ", 1)[0] + "…"


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
