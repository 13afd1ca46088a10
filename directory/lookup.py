"""What a look-up asks the database: few statements, each built once, that read only the columns which are weighed or shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, exists, literal_column, or_, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from directory.models import CostOption, Language, Listing, Phone, Schedule, Service

LOOKED_AT = 60  # services weighed for one area and need; the surest, so that 50,000 cost no more than 76
LISTED, SERVICE, PHONE = Listing.__table__.c, Service.__table__.c, Phone.__table__.c
TIMES = ("valid_from", "valid_to", "freq", "interval", "byday", "bymonthday", "opens_at", "closes_at", "description", "bank_holidays")
FACTS = ("id", "name", "description", "eligibility_description", "text_line", "url", "hours", "confidence", "always_open", "published")
FRESHNESS = ("assured_date", "assured_by", "review_by")


@dataclass(frozen=True)
class Slot:
    """One area and need to look under."""

    area: str
    need: str


def read_listed(session: Session, slots: Sequence[Slot], *, gender: str | None, current_on: date | None) -> list[Any]:
    """Return the surest services of each slot as (position of the slot, id, rank, gender, audiences named, always open).

    Those for another gender than `gender` are left out, and with `current_on` those that are past review or not vetted."""
    if not slots:
        return []
    values: dict[str, Any] = {"gender": gender, "current_on": current_on}
    for at, slot in enumerate(slots):
        values |= {f"area_{at}": slot.area, f"need_{at}": slot.need}
    return list(session.execute(_listed(len(slots), gender is not None, current_on is not None), values))


def read_times(session: Session, ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return the schedule rows of these services, by service."""
    rows: dict[str, list[Any]] = {}
    for row in session.execute(_times(), {"ids": ids}).all():
        rows.setdefault(row[0], []).append(row)
    return rows


def read_shown(session: Session, ids: Sequence[str]) -> list[tuple[Any, list[str]]]:
    """Return, in the order of `ids`, what a card shows of each service and the names of its languages."""
    facts = {row.id: row for row in session.execute(_facts(), {"ids": ids})}
    languages: dict[str, list[str]] = {}
    for service_id, name in session.execute(_languages(), {"ids": ids}):
        languages.setdefault(service_id, []).append(name)
    return [(facts[key], languages.get(key, [])) for key in ids if key in facts]


@lru_cache(maxsize=64)
def _listed(slots: int, gendered: bool, current: bool) -> Any:
    """The statement for so many slots: the surest of each, one below the other."""
    parts = [_slot(at, gendered, current).subquery() for at in range(slots)]
    return union_all(*(select(*part.c) for part in parts))


def _slot(at: int, gendered: bool, current: bool) -> Select:
    weighed = (LISTED.service_id, LISTED.rank, LISTED.gender, LISTED.names_audience, LISTED.always_open)
    query = select(literal_column(str(at)).label("slot"), *weighed)
    query = query.where(LISTED.area == bindparam(f"area_{at}"), LISTED.need == bindparam(f"need_{at}"))
    if current:
        query = query.where(LISTED.vetted.is_(True), or_(LISTED.review_by.is_(None), LISTED.review_by >= bindparam("current_on")))
    if gendered:
        query = query.where(or_(LISTED.gender.is_(None), LISTED.gender == bindparam("gender")))
    return query.order_by(LISTED.rank, LISTED.service_id).limit(LOOKED_AT)


@lru_cache(maxsize=1)
def _times() -> Select:
    table = Schedule.__table__.c
    return select(table.service_id, *(table[name] for name in TIMES)).where(table.service_id.in_(bindparam("ids", expanding=True)))


@lru_cache(maxsize=1)
def _facts() -> Select:
    """What a card shows, with the first number of the service and whether one of its costs is nought."""
    first = select(PHONE.number, PHONE.dial).where(PHONE.service_id == SERVICE.id).order_by(PHONE.position).limit(1)
    phone = [first.with_only_columns(column).scalar_subquery().label(column.name) for column in (PHONE.number, PHONE.dial)]
    free = exists().where(CostOption.service_id == SERVICE.id, CostOption.amount == 0).label("free")
    return select(*(SERVICE[name] for name in (*FACTS, *FRESHNESS)), *phone, free).where(SERVICE.id.in_(bindparam("ids", expanding=True)))


@lru_cache(maxsize=1)
def _languages() -> Select:
    table = Language.__table__.c
    named = select(table.service_id, table.name).where(table.service_id.in_(bindparam("ids", expanding=True)), table.name != "")
    return named.order_by(table.service_id, table.position)
