"""Says what of the directory needs a person: what is due, stale, in conflict, or must never be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.areas import OUTSIDE, Area
from directory.intake import REFUGE
from directory.listing import PHONE_REVIEW
from directory.models import Service
from directory.never_use import NeverUse
from directory.records import service_record

Problem = Literal["never", "refuge", "past", "conflict", "alarm", "due", "stale", "unconfirmed", "night"]
GRAVE: tuple[Problem, ...] = ("never", "refuge", "past")  # a command that finds one of these fails
SOON = timedelta(days=14)
STALE_YEARS = 2  # a source older than this is not a good witness for a number


@dataclass(frozen=True)
class Finding:
    """One thing somebody should see to: what kind it is, the service's id, and one sentence."""

    problem: Problem
    service: str
    text: str


def check_directory(session: Session, never_use: NeverUse, areas: tuple[Area, ...], today: date) -> list[Finding]:
    """Return everything that needs a person, the gravest first, then by service."""
    services = list(session.scalars(select(Service).where(Service.status == "active").order_by(Service.id)))
    found = [finding for service in services for finding in _of_one(service, never_use, today)]
    found += [*_conflicts(services), *_no_line_at_night(services, areas)]
    order: list[Problem] = [*GRAVE, "conflict", "alarm", "due", "stale", "unconfirmed", "night"]
    return sorted(found, key=lambda finding: (order.index(finding.problem), finding.service))


def _of_one(service: Service, never_use: NeverUse, today: date) -> Iterator[Finding]:
    record = service_record(service)
    for number in never_use.found_in(record, service.id):
        yield Finding("never", service.id, f"holds {number}, which must never be used")
    if any(link.location and link.location.location_type == "physical" for link in service.locations) and REFUGE.search(str(record)):
        yield Finding("refuge", service.id, "speaks of a refuge and gives a place")
    if service.review_by is None:
        seen = service.assured_date if service.assured_by else service.date_seen
        if seen + PHONE_REVIEW < today:
            yield Finding("alarm", service.id, f"never expires and was last seen to on {seen}: its owner must look")
    elif service.review_by < today:
        yield Finding("past", service.id, f"was to be reviewed by {service.review_by}")
    elif service.review_by <= today + SOON:
        yield Finding("due", service.id, f"is to be reviewed by {service.review_by}")
    if service.assured_by is None and (service.phones or service.text_line):
        yield Finding("unconfirmed", service.id, "no named person has confirmed it")
        if service.published is not None and service.published <= today.year - STALE_YEARS:
            yield Finding("stale", service.id, f"its newest source is of {service.published}")


def _conflicts(services: list[Service]) -> Iterator[Finding]:
    """One number under two names, or one name in one area with different numbers: somebody has it wrong."""
    by_dial: dict[str, dict[str, str]] = defaultdict(dict)
    by_name: dict[tuple[str, str], dict[str, frozenset[str]]] = defaultdict(dict)
    for service in services:
        for phone in service.phones:
            by_dial[phone.dial][service.id] = service.name
        for area in service.areas:
            if service.phones:
                by_name[service.name.casefold(), area.area or area.name or ""][service.id] = frozenset(phone.dial for phone in service.phones)
    for dial, names in by_dial.items():
        if len(set(names.values())) > 1:
            yield Finding("conflict", min(names), f"{dial} is also the number of {', '.join(sorted(set(names) - {min(names)}))}")
    for (name, place), numbers in by_name.items():
        if len(set(numbers.values())) > 1:
            yield Finding("conflict", min(numbers), f"{name} in {place} has different numbers in {', '.join(sorted(numbers))}")


def _no_line_at_night(services: list[Service], areas: tuple[Area, ...]) -> Iterator[Finding]:
    """An area without a line of its own that is known to be open at any hour; people there get a national one at night."""
    covered = {row.area for service in services if service.always_open for row in service.areas if row.area and not row.area.startswith(OUTSIDE)}
    for area in areas:
        if area.name not in covered:
            yield Finding("night", area.name, "has no line of its own that is known to be open at any hour")
