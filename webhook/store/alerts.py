"""Queries over what the on-call lead must know, each a verb; times are naive UTC."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from webhook.store.models import CallbackRequest, LeadAlert


class Kind(StrEnum):
    """What became of a request that the lead must know, by the words it is stored in."""

    MISSED = "missed by us"
    EXPIRED = "expired after tries"
    UNSETTLED = "opened, no outcome"
    RETURNED = "claim returned, worker left"
    LEFT_OPEN = "left open, worker left"


def alert_lead(session: Session, request: CallbackRequest, kind: Kind, now: datetime) -> None:
    """Note for the lead what became of a request, once; nothing of what is in it."""
    if session.get(LeadAlert, (request.id, kind.value)) is None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        session.add(LeadAlert(request=request.id, kind=kind.value, service=request.service, hour=hour))


def list_untold(session: Session) -> list[LeadAlert]:
    """Return the alerts that were not announced yet."""
    return list(session.scalars(select(LeadAlert).where(LeadAlert.told.is_(None))))


def list_unseen(session: Session, service: str) -> list[LeadAlert]:
    """Return the alerts of a service that no lead has seen, newest first."""
    unseen = (LeadAlert.service == service, LeadAlert.seen.is_(None))
    return list(session.scalars(select(LeadAlert).where(*unseen).order_by(LeadAlert.hour.desc(), LeadAlert.request)))


def see_alert(session: Session, service: str, request_id: str, kind: Kind, now: datetime) -> bool:
    """Note that a lead has seen an alert; False when her service has no such alert that is unseen."""
    found = session.get(LeadAlert, (request_id, kind.value))
    if found is None or found.service != service or found.seen is not None:
        return False
    found.seen = now
    return True
