"""Queries over the marks of requests that came in a flood, each a verb."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from webhook.store.models import FloodMark


def mark_flood(session: Session, request_id: str) -> None:
    """Mark a request as one of many from the same network; it is kept and answered like any other."""
    session.add(FloodMark(request=request_id))


def list_floods(session: Session) -> set[str]:
    """Return the ids of the requests that are marked."""
    return set(session.scalars(select(FloodMark.request)))
