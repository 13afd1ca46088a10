"""The audit: rows that are only added, each bound to the one before by a MAC, so that a row changed or taken out shows."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from webhook.store.models import AuditEntry

SHOWN = 200


@dataclass(frozen=True)
class Deed:
    """Who of which service did what to which request (or key, or person), and the hour."""

    service: str
    worker: str
    request: str
    action: str
    hour: datetime

    @classmethod
    def of(cls, entry: AuditEntry) -> Deed:
        """Return what a row tells of."""
        return cls(entry.service, entry.worker, entry.request, entry.action, entry.hour)

    def mac(self, key: bytes, last: str) -> str:
        """Return the MAC of its row after the one whose MAC is `last`, in hex.

        A row from before rows named their service is bound without one."""
        named = (self.service,) if self.service else ()
        bound = "\0".join((last, *named, self.worker, self.request, self.action, f"{self.hour:%Y-%m-%dT%H}"))
        return hmac.new(key, bound.encode(), sha256).hexdigest()


def add_entry(session: Session, key: bytes, deed: Deed) -> None:
    """Add a row. Call it after the change it tells of, in the same transaction: on SQLite that change holds the write lock."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE"))
    session.flush()
    last = session.scalars(select(AuditEntry.mac).order_by(AuditEntry.number.desc()).limit(1)).first() or ""
    row = AuditEntry(service=deed.service, worker=deed.worker, request=deed.request, action=deed.action, hour=deed.hour, mac=deed.mac(key, last))
    session.add(row)
    session.flush()


def first_broken(key: bytes, entries: Iterable[AuditEntry]) -> int | None:
    """Return the number of the first row that is not as it was written, all rows in order; None when all are.

    Rows from before there were MACs can only stand first, and nobody can say whether they were changed."""
    last = ""
    for entry in entries:
        if not last and not entry.mac:
            continue
        if not hmac.compare_digest(entry.mac, Deed.of(entry).mac(key, last)):
            return int(entry.number)
        last = entry.mac
    return None


def list_entries(session: Session) -> list[AuditEntry]:
    """Return every row, oldest first."""
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.number)))
