"""Queries over worker and recovery keys, each a verb."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from webhook.store.models import WorkerKey


def add_key(session: Session, *, kid: str, service: str, name: str, public_key: bytes, recovery: bool, approved: datetime | None) -> None:
    """Add a public key; it receives nothing until it is approved."""
    session.add(WorkerKey(kid=kid, service=service, name=name, public_key=public_key, recovery=recovery, approved=approved))


def find_key(session: Session, kid: str) -> WorkerKey | None:
    """Return the key with this kid."""
    return cast(WorkerKey | None, session.get(WorkerKey, kid))


def find_by_name(session: Session, name: str, service: str | None = None) -> list[WorkerKey]:
    """Return the keys of a worker that have not left, newest approval last."""
    query = select(WorkerKey).where(WorkerKey.name == name, WorkerKey.left.is_(None))
    if service is not None:
        query = query.where(WorkerKey.service == service)
    return list(session.scalars(query))


def list_keys(session: Session) -> list[WorkerKey]:
    """Return every key that has not left."""
    return list(session.scalars(select(WorkerKey).where(WorkerKey.left.is_(None)).order_by(WorkerKey.service, WorkerKey.name)))


def approved_keys(session: Session, service: str) -> list[WorkerKey]:
    """Return the keys of a service that requests may be sealed to, its recovery key among them."""
    query = select(WorkerKey).where(WorkerKey.service == service, WorkerKey.left.is_(None), WorkerKey.approved.is_not(None))
    return list(session.scalars(query.order_by(WorkerKey.kid)))
