"""Queries over the daily counts, each a verb; several front doors may add at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webhook.store.models import CallbackRequest, DailyCount, Tombstone

INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def add_counts(session: Session, sums: Mapping[tuple[date, str], int]) -> None:
    """Add to the counts of each day and fact, each in one statement; in one order, so that two who add never wait in a circle."""
    insert = INSERTS[session.get_bind().dialect.name]
    for (day, fact), count in sorted(sums.items()):
        added = insert(DailyCount).values(day=day, fact=fact, count=count)
        more = {"count": DailyCount.count + added.excluded.count}
        session.execute(added.on_conflict_do_update(index_elements=[DailyCount.day, DailyCount.fact], set_=more))


def list_counts(session: Session, first: date, last: date) -> dict[tuple[date, str], int]:
    """Return the counts of the days from `first` to `last`, both included."""
    found = session.scalars(select(DailyCount).where(DailyCount.day >= first, DailyCount.day <= last))
    return {(row.day, row.fact): row.count for row in found}


def list_asked(session: Session, since: datetime, until: datetime) -> list[datetime]:
    """Return the hours in which requests came, from `since` and before `until`, deleted ones too."""
    return [hour for table in (CallbackRequest, Tombstone) for hour in _scalars(session, table.received, since, until)]


def list_ended(session: Session, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """Return when requests ended and their class of outcome, from `since` and before `until`, deleted ones too."""
    found = []
    for table in (CallbackRequest, Tombstone):
        rows = session.execute(select(table.ended, table.outcome).where(table.ended >= since, table.ended < until))
        found += [(ended, str(outcome)) for ended, outcome in rows]
    return found


def _scalars(session: Session, column: object, since: datetime, until: datetime) -> list[datetime]:
    return list(session.scalars(select(column).where(column >= since, column < until)))  # type: ignore[operator]
