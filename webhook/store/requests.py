"""Queries over callback requests, each a verb; times are naive UTC in the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from webhook.store.models import CallbackRequest
from webhook.store.staff_models import HandoverNote, Hidden, Slip, Told

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


def renew_lease(session: Session, request_id: str, worker: str, now: datetime) -> bool:
    """Renew a worker's lease with one atomic update; False when the request is no longer theirs."""
    mine = (CallbackRequest.id == request_id, CallbackRequest.claimer == worker, CallbackRequest.state == "claimed")
    changed = session.execute(update(CallbackRequest).where(*mine).values(lease_ends=now + LEASE).execution_options(synchronize_session=False))
    return bool(changed.rowcount == 1)


def settle_request(session: Session, request: CallbackRequest, **values: object) -> bool:
    """Change a request with one atomic update if it is still in the state and the hands it was read in; False when something came between."""
    same = (CallbackRequest.id == request.id, CallbackRequest.state == request.state, CallbackRequest.claimer.is_not_distinct_from(request.claimer))
    changed = session.execute(update(CallbackRequest).where(*same).values(**values).execution_options(synchronize_session=False))
    return bool(changed.rowcount == 1)


def holds_any(session: Session, service: str, worker: str) -> bool:
    """True when a worker has a request on the desk before them."""
    held = (CallbackRequest.service == service, CallbackRequest.claimer == worker, CallbackRequest.state.in_(("claimed", "opened")))
    return session.scalars(select(CallbackRequest.id).where(*held).limit(1)).first() is not None


def held_by(session: Session, service: str, worker: str) -> list[CallbackRequest]:
    """Return the requests a worker has claimed or opened."""
    held = (CallbackRequest.service == service, CallbackRequest.claimer == worker, CallbackRequest.state.in_(("claimed", "opened")))
    return list(session.scalars(select(CallbackRequest).where(*held)))


def list_ended(session: Session, service: str, since: datetime) -> list[CallbackRequest]:
    """Return the requests of a service that ended since a moment."""
    return list(session.scalars(select(CallbackRequest).where(CallbackRequest.service == service, CallbackRequest.ended >= since)))


def hide_request(session: Session, request_id: str, worker: str) -> None:
    """Do not show a request to this worker again."""
    session.merge(Hidden(request=request_id, worker=worker))


def hidden_from(session: Session, worker: str) -> set[str]:
    """Return the ids of the requests not shown to a worker."""
    return set(session.scalars(select(Hidden.request).where(Hidden.worker == worker)))


def list_notes(session: Session, request_id: str) -> list[HandoverNote]:
    """Return the sealed notes of a request, oldest first."""
    return list(session.scalars(select(HandoverNote).where(HandoverNote.request == request_id).order_by(HandoverNote.hour, HandoverNote.id)))


def keep_slip(session: Session, slip: Slip) -> None:
    """Remember what a request was before its last outcome."""
    session.merge(slip)


def take_slip(session: Session, request_id: str, worker: str, now: datetime) -> Slip | None:
    """Return what a request was before this worker's last outcome, if that can still be undone."""
    found = session.get(Slip, request_id)
    if found is None or found.worker != worker or found.until < now:
        return None
    session.delete(found)
    return cast(Slip, found)


def tell_once(session: Session, what: str, request_id: str, window: str, *, urgent: bool) -> bool:
    """Note that something was announced; False when it was before."""
    if session.get(Told, (what, request_id, window)) is not None:
        return False
    session.add(Told(what=what, request=request_id, window=window, urgent=urgent))
    return True


def was_told(session: Session, what: str, request_id: str) -> bool:
    """True when something was announced of a request as a whole."""
    return session.get(Told, (what, request_id, "")) is not None


def drop_slips(session: Session, now: datetime) -> None:
    """Forget what can no longer be undone."""
    session.execute(delete(Slip).where(Slip.until < now).execution_options(synchronize_session=False))


def cancel_requests(session: Session, receipt_tag: str, now: datetime) -> None:
    """End every request with this receipt, whatever its state; nothing tells whether there was one."""
    session.execute(
        update(CallbackRequest)
        .where(CallbackRequest.receipt_tag == receipt_tag, CallbackRequest.state != "ended")
        .values(state="ended", outcome="cancelled by her", ended=now, claimer=None, lease_ends=None)
        .execution_options(synchronize_session=False)
    )
