"""The audit: rows that are only added, each bound to the one before by a MAC, so that a row changed or taken out shows."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from webhook.store.models import AuditEntry

SHOWN = 200


def add_entry(session: Session, key: bytes, *, worker: str, request: str, action: str, hour: datetime) -> None:
    """Add a row. Call it after the change it tells of, in the same transaction: on SQLite that change holds the write lock."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE"))
    session.flush()
    last = session.scalars(select(AuditEntry.mac).order_by(AuditEntry.number.desc()).limit(1)).first() or ""
    session.add(AuditEntry(worker=worker, request=request, action=action, hour=hour, mac=mac(key, last, (worker, request, action, hour))))
    session.flush()


def mac(key: bytes, last: str, row: tuple[str, str, str, datetime]) -> str:
    """Return the MAC of a row after `last`, in hex."""
    worker, request, action, hour = row
    bound = "\0".join((last, worker, request, action, f"{hour:%Y-%m-%dT%H}"))
    return hmac.new(key, bound.encode(), sha256).hexdigest()


def first_broken(key: bytes, entries: Iterable[AuditEntry]) -> int | None:
    """Return the number of the first row that is not as it was written, all rows in order; None when all are."""
    last = ""
    for entry in entries:
        if not hmac.compare_digest(entry.mac, mac(key, last, (entry.worker, entry.request, entry.action, entry.hour))):
            return int(entry.number)
        last = entry.mac
    return None


def list_entries(session: Session) -> list[AuditEntry]:
    """Return every row, oldest first."""
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.number)))
