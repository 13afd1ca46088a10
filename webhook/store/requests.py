"""Queries over callback requests, each a verb; times are naive UTC in the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from webhook.store.models import CallbackRequest

LEASE = timedelta(minutes=20)


def find_request(session: Session, request_id: str) -> CallbackRequest | None:
    """Return the request with this id."""
    return cast(CallbackRequest | None, session.get(CallbackRequest, request_id))


def find_by_key(session: Session, key_tag: str) -> CallbackRequest | None:
    """Return the request made with this idempotency key."""
    found = session.scalars(select(CallbackRequest).where(CallbackRequest.key_tag == key_tag)).first()
    return cast(CallbackRequest | None, found)


def is_used(session: Session, request_id: str, receipt_tag: str) -> bool:
    """True when a request has this id, or one that has not been deleted yet has these two words."""
    taken = or_(CallbackRequest.id == request_id, CallbackRequest.receipt_tag == receipt_tag)
    return session.scalars(select(CallbackRequest.id).where(taken)).first() is not None


def list_waiting(session: Session, service: str | None = None) -> list[CallbackRequest]:
    """Return the requests that have not ended, danger first, then the oldest."""
    query = select(CallbackRequest).where(CallbackRequest.state != "ended")
    if service is not None:
        query = query.where(CallbackRequest.service == service)
    return list(session.scalars(query.order_by(CallbackRequest.danger.desc(), CallbackRequest.received)))


def claim_request(session: Session, request_id: str, worker: str, now: datetime) -> bool:
    """Claim a request for a worker with one atomic update; False when somebody else holds it or it has ended."""
    free = or_(
        CallbackRequest.state == "waiting",
        CallbackRequest.claimer == worker,
        (CallbackRequest.state == "claimed") & (CallbackRequest.lease_ends < now),
    )
    changed = session.execute(
        update(CallbackRequest)
        .where(CallbackRequest.id == request_id, CallbackRequest.state != "ended", free)
        .values(state="claimed", claimer=worker, lease_ends=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)


def mark_opened(session: Session, request_id: str) -> None:
    """Note that the claimer has seen what is in it; from now on it never returns to the queue by itself."""
    session.execute(update(CallbackRequest).where(CallbackRequest.id == request_id).values(state="opened", lease_ends=None))


def cancel_requests(session: Session, receipt_tag: str, now: datetime) -> None:
    """End every request with this receipt, whatever its state; nothing tells whether there was one."""
    session.execute(
        update(CallbackRequest)
        .where(CallbackRequest.receipt_tag == receipt_tag, CallbackRequest.state != "ended")
        .values(state="ended", outcome="cancelled by her", ended=now, claimer=None, lease_ends=None)
        .execution_options(synchronize_session=False)
    )
