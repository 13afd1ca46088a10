"""Records that a named person has confirmed a service: only then is it shown as checked, and until its next review."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from directory import DirectoryError
from directory.listing import PHONE_REVIEW, relist
from directory.load import dials
from directory.models import Confirmation, Service
from directory.never_use import NeverUse
from directory.records import service_record

LONGEST_NAME = 100  # characters


def confirm(session: Session, service_id: str, *, by: str, today: date, never_use: NeverUse) -> Service:
    """Renew a service in the name of `by`, keep a record of who and what, and return it; raises DirectoryError.

    A service that never expires still does not: what is renewed is when somebody last saw to it."""
    service: Service | None = session.get(Service, service_id)
    if service is None:
        raise DirectoryError(f"there is no service {service_id}")
    name = " ".join(by.split())
    if not 1 < len(name) <= LONGEST_NAME:
        raise DirectoryError("the name of the person who confirms is missing or too long")
    if service.confidence == "not verified":
        raise DirectoryError(f"{service_id} is not verified and shows no number; put its facts and sources right first")
    if banned := never_use.found_in(service_record(service), service_id):
        raise DirectoryError(f"{service_id} holds {', '.join(banned)}, which must never be used")
    service.assured_date, service.assured_by = today, name
    service.review_by = None if service.review_by is None else today + PHONE_REVIEW
    numbers = dials(service)
    session.add(Confirmation(service_id=service.id, confirmed_by=name, confirmed_on=today, review_by=service.review_by, dials=numbers))
    relist(session, [service])
    return service
