"""What the public feed reads: pages of services, of places, and of terms, filtered as Open Referral UK lets a reader ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, lazyload

from directory.areas import EVERYWHERE
from directory.listing import OUR_OWN
from directory.models import Attribute, Schedule, Service, ServiceArea, ServiceAtLocation, Taxonomy, TaxonomyTerm

Row = TypeVar("Row")
ACTIVE = "active"  # HSDS: what has another status is not shown
LISTED = (lazyload("*"), joinedload(Service.organization))  # a list shows one-to-one fields, and nothing else is loaded for it


@dataclass(frozen=True)
class Wanted:
    """What a reader asks of services; None or empty leaves a question open.

    `area` is the area of the postcode that was asked for; `day` one of MO to SU; `opens` and `closes` are "HH:MM"."""

    search: str | None = None
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    opens: str | None = None
    closes: str | None = None
    day: str | None = None
    area: str | None = None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows and how many there are in all; pages are counted from 1."""

    rows: list[Row]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; nought when nothing was found."""
        return -(-self.total // self.size)

    def as_json(self, write: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
        """Return the page as the standard has it, its rows written by `write`."""
        return {
            "total_items": self.total,
            "total_pages": self.pages,
            "page_number": self.number,
            "size": len(self.rows),
            "first_page": self.number == 1,
            "last_page": self.number >= self.pages,
            "empty": not self.rows,
            "contents": [write(row) for row in self.rows],
        }


def list_services(session: Session, wanted: Wanted, *, number: int, size: int, today: date, live: bool) -> Page[Service]:
    """Return a page of the services that may be shown and fit what is wanted, by name."""
    query = _fitting(select(Service), wanted, today=today, live=live).options(*LISTED)
    return _page(session, query, (Service.name, Service.id), number=number, size=size)


def list_places(session: Session, wanted: Wanted, *, number: int, size: int, today: date, live: bool) -> Page[ServiceAtLocation]:
    """Return a page of the places where services that may be shown are given."""
    query = _fitting(select(ServiceAtLocation).join(ServiceAtLocation.service), wanted, today=today, live=live)
    query = query.options(contains_eager(ServiceAtLocation.service).options(*LISTED))
    return _page(session, query, (Service.name, ServiceAtLocation.id), number=number, size=size)


def list_taxonomies(session: Session, *, number: int, size: int) -> Page[Taxonomy]:
    """Return a page of the taxonomies."""
    return _page(session, select(Taxonomy), (Taxonomy.name, Taxonomy.id), number=number, size=size)


def list_terms(session: Session, *, number: int, size: int) -> Page[TaxonomyTerm]:
    """Return a page of the terms of every taxonomy."""
    return _page(session, select(TaxonomyTerm), (TaxonomyTerm.taxonomy, TaxonomyTerm.name, TaxonomyTerm.id), number=number, size=size)


def find_service(session: Session, uuid: str, *, today: date, live: bool) -> Service | None:
    """Return the service with this UUID, if it may be shown."""
    query = _fitting(select(Service), Wanted(), today=today, live=live).where(Service.uuid == uuid.lower())
    found: Service | None = session.scalars(query).first()
    return found


def find_place(session: Session, uuid: str, *, today: date, live: bool) -> ServiceAtLocation | None:
    """Return the service at a location with this UUID, if it may be shown."""
    query = select(ServiceAtLocation).join(Service, Service.id == ServiceAtLocation.service_id)
    query = _fitting(query, Wanted(), today=today, live=live).where(ServiceAtLocation.id == uuid.lower())
    found: ServiceAtLocation | None = session.scalars(query).first()
    return found


def _fitting(query: Any, wanted: Wanted, *, today: date, live: bool) -> Any:
    """Narrow a query over services to those that may be shown and fit; in live mode to what is current and vetted."""
    query = query.where(Service.status == ACTIVE)
    if live:
        query = query.where(or_(Service.review_by.is_(None), Service.review_by >= today))
        query = query.where(or_(Service.origin == OUR_OWN, Service.assured_by.is_not(None)))
    if wanted.search:
        pattern = f"%{_plain(wanted.search)}%"
        query = query.where(or_(Service.name.ilike(pattern, escape="\\"), Service.description.ilike(pattern, escape="\\")))
    if wanted.minimum_age is not None:
        query = query.where(Service.minimum_age >= wanted.minimum_age)
    if wanted.maximum_age is not None:
        query = query.where(Service.maximum_age <= wanted.maximum_age)
    if wanted.area is not None:
        query = query.where(Service.id.in_(select(ServiceArea.service_id).where(ServiceArea.area.in_((wanted.area, EVERYWHERE)))))
    return _opening(_filed(query, wanted), wanted)


def _filed(query: Any, wanted: Wanted) -> Any:
    filed = select(Attribute.service_id)
    if wanted.taxonomy_term_id:
        query = query.where(Service.id.in_(filed.where(Attribute.taxonomy_term_id == wanted.taxonomy_term_id.lower())))
    if wanted.taxonomy_id:
        terms = select(TaxonomyTerm.id).where(TaxonomyTerm.taxonomy_id == wanted.taxonomy_id.lower())
        query = query.where(Service.id.in_(filed.where(Attribute.taxonomy_term_id.in_(terms))))
    return query


def _opening(query: Any, wanted: Wanted) -> Any:
    """Narrow to services with one row of their schedule on that day, opening and closing within those times."""
    if not (wanted.opens or wanted.closes or wanted.day):
        return query
    rows = select(Schedule.service_id)
    if wanted.opens:
        rows = rows.where(Schedule.opens_at >= wanted.opens)
    if wanted.closes:
        rows = rows.where(Schedule.closes_at <= wanted.closes)
    if wanted.day:
        rows = rows.where(Schedule.byday.like(f"%{wanted.day}%"))
    return query.where(Service.id.in_(rows))


def _plain(search: str) -> str:
    """What is searched for, with the signs that a pattern gives a meaning taken as they stand."""
    for sign in ("\\", "%", "_"):
        search = search.replace(sign, f"\\{sign}")
    return search


def _page(session: Session, query: Any, order: tuple[Any, ...], *, number: int, size: int) -> Page[Any]:
    model = query.column_descriptions[0]["entity"]
    total = session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True).select_from(model))
    rows = list(session.scalars(query.order_by(*order).limit(size).offset((number - 1) * size)).unique())
    return Page(rows, total, number, size)
