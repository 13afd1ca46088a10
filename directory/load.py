"""Loads the seed files into the directory's database: idempotent, all or none, and no number that must never be used."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from directory import SeedInvalid
from directory.models import Base, Organization, Phone, Service, ServiceArea, Source, TaxonomyTerm

FOLDER = Path("directory/seed")
PHONE_REVIEW = timedelta(days=90)  # facts/README.md: 90 days for phone numbers


@dataclass(frozen=True)
class Seed:
    """The seed as read: facts by id, how each is shown, and the digits that must never be used."""

    contacts: list[dict[str, Any]]
    annotations: dict[str, dict[str, Any]]
    never_use: dict[str, tuple[str, ...]]

    @classmethod
    def read(cls, root: Path) -> Seed:
        """Read the seed under `root`; raises SeedInvalid when an entry is not annotated or a number is ruled out."""
        folder = root / FOLDER
        contacts = json.loads((folder / "contacts.json").read_text("utf-8"))
        annotations = yaml.safe_load((folder / "annotations.yml").read_text("utf-8"))
        banned = yaml.safe_load((folder / "never_use.yml").read_text("utf-8"))
        seed = cls(contacts, annotations, {digits(row["number"]): tuple(row.get("only_for", ())) for row in banned})
        seed.check()
        return seed

    def check(self) -> None:
        """Raise SeedInvalid naming the first entry that may not be loaded."""
        ids = {contact["id"] for contact in self.contacts}
        if missing := ids ^ set(self.annotations):
            raise SeedInvalid(f"contacts.json and annotations.yml disagree about {', '.join(sorted(missing))}")
        for key, note in self.annotations.items():
            for number, dial in note.get("phones", ()):
                if digits(number) != dial:
                    raise SeedInvalid(f"{key}: {number} is not dialled {dial}")
                if dial in self.never_use and key not in self.never_use[dial]:
                    raise SeedInvalid(f"{key}: {number} must never be used")


def digits(number: str) -> str:
    """The digits of a number; for comparing, never for making a link."""
    return re.sub(r"\D", "", number)


def load_seed(engine: Engine, root: Path) -> int:
    """Bring the database in line with the seed under `root` in one transaction, and return how many services are shown.

    A service that a named person has confirmed keeps that confirmation."""
    seed = Seed.read(root)
    Base.metadata.create_all(engine)
    with Session(engine, future=True) as session, session.begin():
        assured = {s.id: (s.assured_date, s.assured_by, s.review_by) for s in session.query(Service) if s.assured_date}
        for old in session.query(Service):
            session.delete(old)
        session.query(Organization).delete()
        session.flush()
        services = [_service(contact, seed.annotations[contact["id"]]) for contact in seed.contacts]
        for service in services:
            service.assured_date, service.assured_by, service.review_by = assured.get(service.id, (None, None, service.review_by))
            session.add(Organization(id=service.organization_id, name=service.name))
        session.add_all(services)
        return sum(service.status == "active" for service in services)


def _service(contact: dict[str, Any], note: dict[str, Any]) -> Service:
    seen = date.fromisoformat(contact["date_seen"])
    shown = note.get("show", True)
    usable = shown and contact["confidence"] != "not verified"
    return Service(
        id=contact["id"],
        organization_id=contact["id"],
        name=note.get("name", contact["name"]),
        description=note.get("what", contact["purpose"]),
        eligibility_description=note.get("who", contact["for_who"]),
        url=_first_address(contact["web"]),
        email=contact["email"],
        text_line=contact["text"] if note.get("text_only") else None,
        hours=note.get("hours"),
        always_open=note.get("always", False),
        single_point_of_contact=note.get("spoc", False),
        languages=contact["languages_accessibility"],
        cost=contact["cost"],
        level=contact["level"],
        status="active" if shown else "inactive",
        confidence=contact["confidence"],
        published=_year(contact["newest_source_date"]),
        date_seen=seen,
        review_by=None if note.get("never_expires") else seen + PHONE_REVIEW,
        phones=[Phone(position=i, number=n, dial=d) for i, (n, d) in enumerate(note.get("phones", ()))] if usable else [],
        areas=[ServiceArea(area=area) for area in _areas(note.get("area", "all"))],
        terms=_terms(note),
        sources=[Source(position=i, reference=reference) for i, reference in enumerate(contact["sources"])],
    )


def _terms(note: dict[str, Any]) -> list[TaxonomyTerm]:
    pairs = [("need", term) for term in note.get("needs", ())] + [("audience", term) for term in note.get("audience", ())]
    return [TaxonomyTerm(taxonomy=taxonomy, term=term) for taxonomy, term in pairs]


def _areas(area: str | list[str]) -> list[str]:
    return area if isinstance(area, list) else area.split("|")


def _first_address(web: str | None) -> str | None:
    """The first address of a field that may also hold remarks; only https, or a bare site name made so."""
    match = re.search(r"https?://[^\s;()]+|(?:[\w-]+\.)+(?:uk|org|com)(?:/[^\s;()]*)?", web or "")
    if match is None:
        return None
    return match[0] if match[0].startswith("http") else f"https://{match[0]}"


def _year(newest: str | None) -> int | None:
    match = re.search(r"\b(20\d\d)\b", newest or "")
    return int(match[1]) if match else None
