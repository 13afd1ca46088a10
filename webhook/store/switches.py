"""Queries over which services are switched to numbers only, each a verb."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from webhook.store.models import ServiceSwitch


def switch_off(session: Session, service: str, now: datetime) -> None:
    """Switch a service to numbers only, from this moment; twice is no error."""
    if session.get(ServiceSwitch, service) is None:
        session.add(ServiceSwitch(service=service, since=now))


def switch_on(session: Session, service: str) -> None:
    """Let a service take requests again; twice is no error."""
    found = session.get(ServiceSwitch, service)
    if found is not None:
        session.delete(found)


def is_off(session: Session, service: str) -> bool:
    """True when the service is switched to numbers only."""
    return session.get(ServiceSwitch, service) is not None
