"""Puts a record sealed anew in the place of another."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from webhook.store.models import CallbackRequest


def replace_unless_ended(session: Session, request_id: str, record: bytes) -> None:
    """Keep a request as it was sealed again, unless it has ended since."""
    waits = (CallbackRequest.id == request_id, CallbackRequest.state != "ended")
    session.execute(update(CallbackRequest).where(*waits).values(record=record).execution_options(synchronize_session=False))
