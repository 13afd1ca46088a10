"""Queries over numbers that get no more texts, by keyed hash; times are naive UTC to the hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from webhook.store.models import OptOut


def opt_out(session: Session, number_tag: str, since: datetime) -> None:
    """Note that a number asked for no more texts."""
    session.merge(OptOut(number_tag=number_tag, since=since, asked=True))


def note_blocked(session: Session, number_tag: str, since: datetime) -> None:
    """Note that the carrier or Twilio refuses to send to a number (error 21610), whoever asked."""
    if session.get(OptOut, number_tag) is None:
        session.add(OptOut(number_tag=number_tag, since=since, asked=False))


def opt_in(session: Session, number_tag: str) -> bool:
    """Take a number off the list; False when it was not on it."""
    found = session.get(OptOut, number_tag)
    if found is None:
        return False
    session.delete(found)
    session.flush()
    return True


def has_opted_out(session: Session, number_tag: str) -> bool:
    """True when the person at a number asked for no more texts."""
    found = session.get(OptOut, number_tag)
    return found is not None and bool(found.asked)


def is_blocked(session: Session, number_tag: str) -> bool:
    """True when no text can reach a number, for either reason."""
    return session.get(OptOut, number_tag) is not None
