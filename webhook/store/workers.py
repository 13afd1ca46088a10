"""Queries over worker and recovery keys, each a verb."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from webhook.store.models import KeyLife, WorkerKey


def add_key(session: Session, *, kid: str, service: str, name: str, public_key: bytes, recovery: bool, approved: datetime | None) -> None:
    """Add a public key; it receives nothing until it is approved."""
    session.add(WorkerKey(kid=kid, service=service, name=name, public_key=public_key, recovery=recovery, approved=approved))


def find_key(session: Session, kid: str) -> WorkerKey | None:
    """Return the key with this kid."""
    return cast(WorkerKey | None, session.get(WorkerKey, kid))


def find_by_name(session: Session, name: str, service: str) -> list[WorkerKey]:
    """Return the keys of a worker that have not left, newest approval last."""
    query = select(WorkerKey).where(WorkerKey.name == name, WorkerKey.service == service, WorkerKey.left.is_(None))
    return list(session.scalars(query))


def list_keys(session: Session) -> list[WorkerKey]:
    """Return every key that has not left."""
    return list(session.scalars(select(WorkerKey).where(WorkerKey.left.is_(None)).order_by(WorkerKey.service, WorkerKey.name)))


def approved_keys(session: Session, service: str) -> list[WorkerKey]:
    """Return the keys of a service that requests are sealed to now, its recovery key among them."""
    retired = select(KeyLife.kid).where(KeyLife.retired.is_not(None))
    return list(session.scalars(_opening(service).where(WorkerKey.kid.not_in(retired))))


def opening_keys(session: Session, service: str) -> list[WorkerKey]:
    """Return the keys of a service that may open what was sealed to them: those above, and the retired."""
    return list(session.scalars(_opening(service)))


def find_life(session: Session, kid: str) -> KeyLife | None:
    """Return what is known of a key's life, to be read; None for a key that was neither retired nor proved."""
    return cast(KeyLife | None, session.get(KeyLife, kid))


def life_of(session: Session, kid: str) -> KeyLife:
    """Return what is known of a key's life, ready to be written to."""
    known = find_life(session, kid)
    if known is None:
        known = KeyLife(kid=kid)
        session.add(known)
    return known


def approve_key(session: Session, key: WorkerKey, now: datetime) -> list[WorkerKey]:
    """Approve a key from now on, and retire the older keys of the same worker; return those."""
    older = [each for each in approved_keys(session, key.service) if each.name == key.name and each.recovery == key.recovery and each.kid != key.kid]
    key.approved = now
    for each in older:
        life_of(session, each.kid).retired = now
    return older


def leave(session: Session, name: str, service: str, now: datetime) -> list[WorkerKey]:
    """Let a worker go: nothing is sealed to any of their keys from the next record on; return those keys."""
    keys = find_by_name(session, name, service)
    for key in keys:
        key.left = now
    return keys


def _opening(service: str) -> Any:
    """The query of the keys of a service that are approved and have not left, in the order of their kids."""
    query = select(WorkerKey).where(WorkerKey.service == service, WorkerKey.left.is_(None), WorkerKey.approved.is_not(None))
    return query.order_by(WorkerKey.kid)
