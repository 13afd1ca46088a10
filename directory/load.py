"""Loads the seed into the directory's database: idempotent, all or none, and what other feeds brought stays as it is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from directory.areas import EVERYWHERE, OUTSIDE, Area
from directory.database import upgrade
from directory.hours import always_open, read_opening
from directory.ids import uuid_of
from directory.listing import OUR_OWN, PHONE_REVIEW, relist
from directory.models import Attribute, CostOption, Language, Listing, Organization, Phone, Schedule, Service, ServiceArea, Source
from directory.seed_files import Seed, terms_of


def load_seed(engine: Engine, root: Path) -> int:
    """Bring the database in line with the seed under `root` in one transaction, and return how many services are shown.

    A service that a named person has confirmed keeps that confirmation for as long as its numbers stay the same."""
    seed = Seed.read(root)
    upgrade(engine)
    with Session(engine, future=True) as session, session.begin():
        seed.terms.save(session)
        assured = {
            s.id: (s.assured_date, s.assured_by, s.review_by, dials(s))
            for s in session.query(Service).filter(Service.assured_by.is_not(None))
            if s.assured_by
        }
        ids = {contact["id"] for contact in seed.contacts}
        _clear(session, ids)
        services = [_service(contact, seed.annotations[contact["id"]], seed) for contact in seed.contacts]
        for service in services:
            known = assured.get(service.id)
            if known and known[3] == dials(service):
                service.assured_date, service.assured_by, service.review_by = known[:3]
        session.add_all(services)
        relist(session, services)
        return sum(service.status == "active" for service in services)


def dials(service: Service) -> str:
    """The digits of a service's numbers with a space between two: what a person confirmed, or no longer."""
    return " ".join(phone.dial for phone in service.phones)


def _clear(session: Session, ids: set[str]) -> None:
    """Remove what an earlier seed put there, and anything that took the id of one of its services."""
    old = session.query(Service).filter(or_(Service.origin == OUR_OWN, Service.id.in_(ids))).all()
    session.execute(delete(Listing).where(Listing.service_id.in_([service.id for service in old])))
    for service in old:
        session.delete(service)
    session.flush()
    session.execute(delete(Organization).where(Organization.origin == OUR_OWN))
    session.expire_all()


def _service(contact: dict[str, Any], note: dict[str, Any], seed: Seed) -> Service:
    key, seen = contact["id"], date.fromisoformat(contact["date_seen"])
    shown = note.get("show", True)
    usable = shown and contact["confidence"] != "not verified"
    service = Service(
        id=key,
        uuid=uuid_of("service", key),
        name=note.get("name", contact["name"]),
        description=note.get("what", contact["purpose"]),
        eligibility_description=note.get("who", contact["for_who"]),
        url=_first_address(contact["web"]),
        email=contact["email"],
        text_line=contact["text"] if note.get("text_only") else None,
        hours=note.get("hours"),
        single_point_of_contact=note.get("spoc", False),
        level=contact["level"],
        status="active" if shown else "inactive",
        last_modified=f"{seen.isoformat()}T00:00:00Z",
        confidence=contact["confidence"],
        published=_year(contact["newest_source_date"]),
        date_seen=seen,
        review_by=None if note.get("never_expires") else seen + PHONE_REVIEW,
        origin=OUR_OWN,
        extra={},
        phones=_phones(key, note) if usable else [],
        schedules=_schedules(key, note),
        areas=_areas(key, note.get("area", EVERYWHERE), seed.areas),
        languages=_languages(key, note),
        cost_options=[_free(key)] if note.get("free") else [],
        attributes=_attributes(key, note),
        sources=[Source(position=i, reference=reference) for i, reference in enumerate(contact["sources"])],
    )
    service.organization = _organization(key, service)
    service.always_open = always_open(service.schedules)
    return service


def _organization(key: str, service: Service) -> Organization:
    uuid = uuid_of("organization", key)
    return Organization(id=key, uuid=uuid, name=service.name, description=service.description, website=service.url, origin=OUR_OWN, extra={})


def _phones(key: str, note: dict[str, Any]) -> list[Phone]:
    return [
        Phone(id=uuid_of("phone", f"{key}/{dial}"), position=i, number=number, dial=dial, extra={})
        for i, (number, dial) in enumerate(note.get("phones", ()))
    ]


def _schedules(key: str, note: dict[str, Any]) -> list[Schedule]:
    rows = read_opening(note.get("open", {}))
    return [Schedule(id=uuid_of("schedule", f"{key}/{i}"), position=i, extra={}, **row) for i, row in enumerate(rows)]


def _areas(key: str, area: str | list[str], ours: tuple[Area, ...]) -> list[ServiceArea]:
    names = area if isinstance(area, list) else area.split("|")
    uris = {known.name: known.uri for known in ours}
    said = {EVERYWHERE: ", ".join(known.name for known in ours)}
    return [
        ServiceArea(
            id=uuid_of("service_area", f"{key}/{name}"),
            position=i,
            area=name,
            name=said.get(name, name.removeprefix(OUTSIDE)),
            uri=uris.get(name),
            extra={},
        )
        for i, name in enumerate(names)
    ]


def _languages(key: str, note: dict[str, Any]) -> list[Language]:
    return [Language(id=uuid_of("language", f"{key}/{name}"), position=i, name=name, extra={}) for i, name in enumerate(note.get("languages", ()))]


def _free(key: str) -> CostOption:
    return CostOption(id=uuid_of("cost_option", key), position=0, option="Free", amount=0, extra={})


def _attributes(key: str, note: dict[str, Any]) -> list[Attribute]:
    return [
        Attribute(
            id=uuid_of("attribute", f"{key}/{taxonomy}/{term}"), position=i, taxonomy_term_id=uuid_of("taxonomy_term", f"{taxonomy}/{term}"), extra={}
        )
        for i, (taxonomy, term) in enumerate(terms_of(note))
    ]


def _first_address(web: str | None) -> str | None:
    """The first address of a field that may also hold remarks; only https, or a bare site name made so."""
    match = re.search(r"https?://[^\s;()]+|(?:[\w-]+\.)+(?:uk|org|com)(?:/[^\s;()]*)?", web or "")
    if match is None:
        return None
    return match[0] if match[0].startswith("http") else f"https://{match[0]}"


def _year(newest: str | None) -> int | None:
    match = re.search(r"\b(20\d\d)\b", newest or "")
    return int(match[1]) if match else None
