"""Takes a feed in: every good record once, every bad one reported and skipped, and with a dry run nothing but the diff."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from directory import BadRecord
from directory.database import upgrade
from directory.ids import is_uuid
from directory.intake import Rules, Taken, read_record, same_numbers
from directory.listing import OUR_OWN, relist
from directory.models import Location, Organization, Service, TaxonomyTerm
from directory.records import Record, service_record

UNSAID = "—"  # stands in a diff for a field that is not there
PASSING = ("date_seen", "review_by")  # what changes each day a feed is read, without anything having changed in it


@dataclass(frozen=True)
class Change:
    """What became, or would become, of one record: its service's id and name, and a line for every field that differs."""

    kind: Literal["new", "changed", "same"]
    id: str
    name: str
    lines: tuple[str, ...] = ()


@dataclass
class Report:
    """What an import did, or with a dry run would do."""

    changes: list[Change] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # which record, and why
    gone: list[tuple[str, str]] = field(default_factory=list)  # id and name of services that feed no longer has

    def count(self, kind: str) -> int:
        """How many records were new, changed or the same."""
        return sum(change.kind == kind for change in self.changes)


def import_records(engine: Engine, records: Iterable[Any], rules: Rules, *, dry_run: bool = False) -> Report:
    """Take the records in, in one transaction; again the same records change nothing. With `dry_run` nothing is kept.

    A service that is in the directory and no longer in the feed is reported and left: a person decides."""
    upgrade(engine)
    report, seen = Report(), set()
    with Session(engine, future=True) as session, session.begin() as transaction:
        rules.terms.save(session)
        for position, record in enumerate(records, 1):
            try:
                taken = read_record(record, rules)
                _refuse_what_belongs_to_others(session, taken, rules)
                if taken.service.id in seen:
                    raise BadRecord("the feed has another record with its id")
            except BadRecord as bad:
                report.refused.append((_label(record, position), str(bad)))
                continue
            seen.add(taken.service.id)
            report.changes.append(_take(session, taken))
        report.gone = _gone(session, rules.origin, seen)
        if dry_run:
            transaction.rollback()
    return report


def _take(session: Session, taken: Taken) -> Change:
    """Write one record's rows and return what it changed."""
    before, old = None, session.get(Service, taken.service.id)
    if old is not None:
        before = service_record(old, export=True)
        _keep_confirmation(old, taken.service)
    for row in (taken.organization, *taken.locations, *taken.terms):
        session.merge(row)
    session.flush()
    service = session.merge(taken.service)
    session.flush()
    session.expire_all()
    relist(session, [service])
    lines = tuple(diff(before, service_record(service, export=True))) if before is not None else ()
    kind: Literal["new", "changed", "same"] = "new" if before is None else "changed" if lines else "same"
    return Change(kind, service.id, service.name, lines)


def _keep_confirmation(old: Service, new: Service) -> None:
    """A named person's confirmation outlives a new reading of the feed, but not a new number."""
    if old.assured_by and new.assured_by is None and same_numbers(old, new):
        new.assured_by, new.assured_date, new.review_by = old.assured_by, old.assured_date, old.review_by


def _refuse_what_belongs_to_others(session: Session, taken: Taken, rules: Rules) -> None:
    """Raise BadRecord when a row belongs to another feed; a term of others is used as it stands."""
    old = session.scalars(select(Service).where(Service.uuid == taken.service.uuid)).first()
    if old is not None:
        if old.origin != rules.origin and not rules.restore:
            raise BadRecord(f"its id belongs to {old.id}, which comes from {old.origin}")
        taken.service.id = old.id
    _join_organization(session, taken, rules)
    for location in taken.locations:
        known = session.get(Location, location.id)
        if known is not None and known.origin != rules.origin and not rules.restore:
            raise BadRecord(f"its location {location.id} comes from {known.origin}")
    terms = {term.id: session.get(TaxonomyTerm, term.id) for term in taken.terms}
    taken.terms = [term for term in taken.terms if (known := terms[term.id]) is None or known.origin == rules.origin]


def _join_organization(session: Session, taken: Taken, rules: Rules) -> None:
    known = session.scalars(select(Organization).where(Organization.uuid == taken.organization.uuid)).first()
    if known is not None and known.origin != rules.origin and not rules.restore:
        raise BadRecord(f"its organization {known.uuid} comes from {known.origin}")
    if known is not None:
        taken.organization.id = taken.service.organization_id = known.id


def _gone(session: Session, origin: str, seen: set[str]) -> list[tuple[str, str]]:
    rows = session.execute(select(Service.id, Service.name).where(Service.origin == origin, Service.origin != OUR_OWN).order_by(Service.id))
    return [(key, name) for key, name in rows if key not in seen]


def diff(before: Record, after: Record) -> list[str]:
    """Return a line for every field that differs, by its path; what only says when the feed was read is left out."""
    old, new = _flat(before), _flat(after)
    paths = [path for path in [*old, *(path for path in new if path not in old)] if old.get(path) != new.get(path)]
    return [f"{path}: {_said(old, path)} → {_said(new, path)}" for path in paths if path.rsplit(".", 1)[-1] not in PASSING]


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """A record as one level: `phones.<id>.number`; rows by their id, so that an order that changes is no change."""
    if isinstance(value, dict):
        pairs = [(str(key), each) for key, each in value.items()]
    elif isinstance(value, list):
        pairs = [(str(each["id"]) if isinstance(each, dict) and "id" in each else str(at), each) for at, each in enumerate(value)]
    else:
        return {path: value}
    return {key: each for name, inner in pairs for key, each in _flat(inner, f"{path}.{name}".lstrip(".")).items()}


def _said(flat: dict[str, Any], path: str) -> str:
    return json.dumps(flat[path], ensure_ascii=False) if path in flat else UNSAID


def _label(record: Any, position: int) -> str:
    """How a record that is refused is named: by its id if it has one, and by where it stands."""
    key = record.get("id") if isinstance(record, dict) else None
    return f"{key} (record {position})" if is_uuid(key) else f"record {position}"
