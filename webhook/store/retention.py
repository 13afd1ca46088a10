"""Deletes by the clock what has been kept as long as it may be, each rule a query; times are naive UTC (handoff.md, Deletion)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from webhook.store.alerts import Kind, alert_lead
from webhook.store.models import AuditEntry, Base, CallbackRequest, Canary, DailyCount, Draft, LeadAlert, RetentionRun, TextMessage, Tombstone

KEPT_AFTER_END = timedelta(hours=24)
LONGEST = timedelta(days=21)
TOMBSTONE_KEPT = timedelta(days=366)
REPLY_KEPT = timedelta(hours=24)  # sms.md: the stored reply is deleted after a day
SID_KEPT = timedelta(days=396)  # sms.md: the bare hash of a MessageSid stays 13 months
COUNTS_KEPT = timedelta(days=3 * 366)  # docs/monitoring.md: three years, so that years can be compared
CANARY_KEPT = timedelta(days=2)

MISSED = Kind.MISSED.value
WITH_LEAD = "passed to safeguarding lead"
OUTLIVES = (AuditEntry.__tablename__, LeadAlert.__tablename__)  # tables that keep a request's id when it is gone
LAST, TOOK = "last", "took"  # the rows of RetentionRun: the last run, and the last that deleted or destroyed something


def expire_requests(session: Session, now: datetime) -> int:
    """End what expired, never without an alert to the lead, and return how many ended.

    What was opened waits for its outcome, and what is flagged danger or under 18 for the safeguarding lead: both to 21
    days at most. What nobody tried is "missed by us"; what was tried keeps its last outcome."""
    late = session.scalars(select(CallbackRequest).where(CallbackRequest.state != "ended", CallbackRequest.expires <= now)).all()
    ended = 0
    for request in late:
        outcome = Kind.UNSETTLED.value if request.state == "opened" else request.outcome or MISSED
        alert_lead(session, request, _kind(request), now)
        if now >= request.received + LONGEST:
            ended += _change(session, request, state="ended", outcome=outcome, ended=now)
        elif request.state != "opened" and (request.danger or request.under_18):
            _change(session, request, state="waiting", outcome=WITH_LEAD)
        elif request.state != "opened":
            ended += _change(session, request, state="ended", outcome=outcome, ended=now)
    return ended


def delete_ended(session: Session, now: datetime) -> int:
    """Delete every request that ended a day ago or more, with all that hangs on it, and put its tombstone in its place.

    Returns how many. Any table with a column `request` hangs on it, but for the audit and the lead's alerts."""
    gone = session.scalars(select(CallbackRequest).where(CallbackRequest.state == "ended", CallbackRequest.ended <= now - KEPT_AFTER_END)).all()
    hanging = [table for table in Base.metadata.sorted_tables if "request" in table.c and table.name not in OUTLIVES]
    for request in gone:
        session.merge(Tombstone(id=request.id, received=request.received, ended=_hour(request.ended), outcome=request.outcome or MISSED))
        for table in hanging:
            session.execute(delete(table).where(table.c.request == request.id))
        session.delete(request)
    return len(gone)


def delete_the_rest(session: Session, now: datetime) -> None:
    """Delete half-finished questions, stored replies, hashes of texts, old canaries, old alerts and old tombstones."""
    session.execute(delete(Draft).where(Draft.expires < now))
    session.execute(update(TextMessage).where(TextMessage.received < now - REPLY_KEPT, TextMessage.reply.is_not(None)).values(reply=None))
    session.execute(delete(TextMessage).where(TextMessage.received < now - SID_KEPT))
    session.execute(delete(Canary).where(Canary.day < f"{now - CANARY_KEPT:%Y-%m-%d}"))
    session.execute(delete(LeadAlert).where(LeadAlert.hour < now - LONGEST))
    session.execute(delete(Tombstone).where(Tombstone.ended < now - TOMBSTONE_KEPT))
    session.execute(delete(DailyCount).where(DailyCount.day < (now - COUNTS_KEPT).date()))


def epoch_is_empty(session: Session, epoch: str) -> bool:
    """True when no request of that day is left."""
    return session.scalars(select(CallbackRequest.id).where(CallbackRequest.epoch == epoch)).first() is None


def empty_the_log(engine: Engine) -> bool:
    """Move what was written to the database file and empty the log, so that deleted text is in neither; False when busy.

    SQLite answers a busy checkpoint without an error, so its first column is read. PostgreSQL's physical erasure is the
    epoch key alone."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
    return bool(busy == 0)


def note_run(session: Session, now: datetime, deleted: int, keys_destroyed: int, *, clean: bool) -> None:
    """Keep what a run did, for the desk to show."""
    for name in (LAST, TOOK) if deleted or keys_destroyed else (LAST,):
        session.merge(RetentionRun(name=name, at=now, deleted=deleted, keys_destroyed=keys_destroyed, clean=clean))


def find_run(session: Session, name: str) -> RetentionRun | None:
    """Return what the last run did (LAST), or the last that took something (TOOK)."""
    return cast(RetentionRun | None, session.get(RetentionRun, name))


def _kind(request: CallbackRequest) -> Kind:
    """What the lead is told of a request that expires."""
    if request.state == "opened":
        return Kind.UNSETTLED
    return Kind.EXPIRED if request.outcome else Kind.MISSED


def _change(session: Session, request: CallbackRequest, **values: object) -> int:
    """Change a request that nobody holds any more, unless something changed it meanwhile: a cancellation always wins."""
    changed = session.execute(
        update(CallbackRequest)
        .where(CallbackRequest.id == request.id, CallbackRequest.state == request.state)
        .values(claimer=None, lease_ends=None, **values)
        .execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
