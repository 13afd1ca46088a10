"""Reads one record of an Open Referral UK feed into rows, or says in one sentence why it may not be taken in.

Nothing here touches the database, so that a record that is refused leaves nothing behind. What a feed says of its own
reliability is not believed: it comes in as `low`, to be reviewed in 90 days, until a named person confirms it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Boolean, Float, String

from directory import BadRecord, parts
from directory.areas import Area, area_of
from directory.hours import always_open
from directory.ids import is_uuid, uuid_of
from directory.listing import PHONE_REVIEW
from directory.models import (
    Accessibility,
    Attribute,
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Source,
    TaxonomyTerm,
)
from directory.never_use import NeverUse, digits, national, texts
from directory.parts import OWN, OWN_DATES, OWN_FIELDS, Part
from directory.terms import Terms

STATUSES = ("active", "inactive", "defunct", "temporarily closed")
SERVICE_HAS = {"status", "organization", "organization_id"}  # a service has one at least; a taxonomy, which has an id and a name too, none
LONGEST_NAME = 200  # characters; more is not a name, and would not fit a card or a text
REFUGE = re.compile(r"\b(refuges?|safe ?houses?|women'?s (?:shelter|aid refuge))\b", re.I)
_DIALABLE = re.compile(r"(?:\+44|0|1|9)[\d\s().-]*\d")
_TAKEN = ("id", "assured_date", "organization", "phones", "schedules", "service_areas", "service_at_locations", "languages")
_ALSO_TAKEN = ("cost_options", "attributes", OWN)


@dataclass(frozen=True)
class Rules:
    """What every record is held against: our areas, our terms, the numbers ruled out; and whether it is our own export."""

    areas: tuple[Area, ...]
    terms: Terms
    never_use: NeverUse
    origin: str
    today: date
    restore: bool = False


@dataclass
class Taken:
    """The rows of one record: the service with all that belongs to it alone, and what it shares with others."""

    service: Service
    organization: Organization
    locations: list[Location] = field(default_factory=list)
    terms: list[TaxonomyTerm] = field(default_factory=list)


def read_record(record: Any, rules: Rules) -> Taken:
    """Return the rows of a record; raises BadRecord with the reason it may not be taken in."""
    if not isinstance(record, dict) or not is_uuid(record.get("id")):
        raise BadRecord("it has no id that is a UUID")
    if not SERVICE_HAS & record.keys():
        raise BadRecord("it is not a service: it has neither a status nor an organization")
    own = _own(record, rules)
    key = str(own.get("id") or record["id"])
    _refuse_what_is_ruled_out(record, key, rules)
    service = _service(record, own, key, rules)
    organization = _organization(record, rules)
    locations: list[Location] = []
    service.organization_id = organization.id
    service.locations = [_link(row, at, key, locations, rules) for at, row in _rows(record, "service_at_locations")]
    terms: list[TaxonomyTerm] = []
    service.attributes = _attributes(record, key, terms, rules)
    return Taken(service, organization, locations, terms)


def dial_of(number: str) -> str:
    """Return the digits to dial for a British number; raises BadRecord for anything that is more or less than one."""
    text = number.strip()
    dial = national(text)
    if not _DIALABLE.fullmatch(text) or not 3 <= len(dial) <= 11 or (dial[0] != "0" and len(dial) > 6):
        raise BadRecord(f"{number!r} is not one British telephone number")
    return dial


def _own(record: dict[str, Any], rules: Rules) -> dict[str, Any]:
    """Our own facts in the record; believed only when it is our own export that is restored."""
    own = record.get(OWN)
    return own if rules.restore and isinstance(own, dict) else {}


def _refuse_what_is_ruled_out(record: dict[str, Any], key: str, rules: Rules) -> None:
    said = {name: value for name, value in record.items() if name != OWN}  # our own remarks on sources name old numbers
    if banned := rules.never_use.found_in(said, key):
        raise BadRecord(f"it holds {', '.join(banned)}, which must never be used")
    for link in record.get("service_at_locations") or ():
        place = (link.get("location") or {}) if isinstance(link, dict) else {}
        if REFUGE.search(" ".join(texts(record))) and (place.get("addresses") or place.get("latitude") is not None):
            raise BadRecord("it speaks of a refuge and gives a place; where a refuge is must stay secret")


def _service(record: dict[str, Any], own: dict[str, Any], key: str, rules: Rules) -> Service:
    values = _columns(parts.SERVICE, record)
    if not values.get("name", "").strip() or len(values["name"]) > LONGEST_NAME:
        raise BadRecord(f"its name is empty or longer than {LONGEST_NAME} characters")
    if values.setdefault("status", "active") not in STATUSES:
        raise BadRecord(f"its status is {values['status']!r}")
    _check_address(values.get("url"))
    taken = {*_TAKEN, *_ALSO_TAKEN, *parts.SERVICE.fields}
    service = Service(
        id=key,
        uuid=record["id"].lower(),
        **values,
        **_provenance(record, own, rules),
        extra={name: value for name, value in record.items() if name not in taken},
        phones=_phones(record, key),
        schedules=[Schedule(**_child(parts.SCHEDULE, row, at, key)) for at, row in _rows(record, "schedules")],
        areas=[_area(row, at, key, rules) for at, row in _rows(record, "service_areas")],
        languages=[Language(**_child(parts.LANGUAGE, row, at, key)) for at, row in _rows(record, "languages")],
        cost_options=[CostOption(**_child(parts.COST_OPTION, row, at, key)) for at, row in _rows(record, "cost_options")],
        sources=[Source(position=at, reference=str(reference)) for at, reference in enumerate(own.get("sources", [rules.origin]))],
    )
    for row in service.schedules:
        row.bank_holidays = bool(row.bank_holidays)
    service.always_open = always_open(service.schedules)
    service.hours = own.get("hours") if rules.restore else _hours(service.schedules)
    return service


def _provenance(record: dict[str, Any], own: dict[str, Any], rules: Rules) -> dict[str, Any]:
    """Where it comes from and how far it may be believed; from our own export as it was, else as something to be checked."""
    assured = _date(record.get("assured_date"))
    values: dict[str, Any] = {
        "single_point_of_contact": False,
        "level": "local",
        "confidence": "low",
        "published": assured.year if assured else None,
        "origin": rules.origin,
        "date_seen": rules.today,
        "review_by": rules.today + PHONE_REVIEW,
        "assured_date": assured,
        "assured_by": None,
        "text_line": None,
    }
    if rules.restore:
        values |= {name: own[name] for name in OWN_FIELDS if name in own and name != "hours"}
        values |= {name: _date(own.get(name)) for name in OWN_DATES if own}
        values["assured_by"] = own.get("assured_by")
    return values


def _organization(record: dict[str, Any], rules: Rules) -> Organization:
    """The organization of a record; a record without one is its own."""
    body = record.get("organization") or {"id": uuid_of("organization", record["id"]), "name": record.get("name"), "description": ""}
    if not isinstance(body, dict) or not is_uuid(body.get("id")):
        raise BadRecord("its organization has no id that is a UUID")
    values = _columns(parts.ORGANIZATION, body)
    if not values.get("name"):
        raise BadRecord("its organization has no name")
    _check_address(values.get("website"))
    own = _own(record, rules).get("origin") or rules.origin
    extra = _rest(parts.ORGANIZATION, body)
    return Organization(id=body["id"].lower(), uuid=body["id"].lower(), **values, origin=own, extra=extra)


def _phones(record: dict[str, Any], key: str) -> list[Phone]:
    """The numbers of a record, of the service itself and of its contacts, each once; the latter stay in `contacts` too."""
    rows = [row for _, row in _rows(record, "phones")]
    for _, contact in _rows(record, "contacts"):
        rows += [row for _, row in _rows(contact, "phones")]
    phones: dict[str, Phone] = {}
    for at, row in enumerate(rows):
        values = _child(parts.PHONE, {name: value for name, value in row.items() if name != "dial"}, at, key)
        dial = dial_of(values.get("number") or "")
        if dial not in {phone.dial for phone in phones.values()}:
            phones.setdefault(values["id"], Phone(**values, dial=dial))
    return list(phones.values())


def _area(row: dict[str, Any], at: int, key: str, rules: Rules) -> ServiceArea:
    values = _child(parts.SERVICE_AREA, {name: value for name, value in row.items() if name != "area"}, at, key)
    told = row.get("area") if rules.restore else None
    return ServiceArea(**values, area=told or area_of(rules.areas, values.get("uri"), values.get("name") or row.get("service_area")))


def _link(row: dict[str, Any], at: int, key: str, locations: list[Location], rules: Rules) -> ServiceAtLocation:
    """A row of service_at_location; its location is put beside it, because others may share it."""
    body = row.get("location")
    extra = {name: value for name, value in row.items() if name not in ("id", "location")}
    location_id = None
    if isinstance(body, dict):
        values = _child(parts.LOCATION, {name: value for name, value in body.items() if name != "accessibility"}, 0, key)
        values.pop("position")
        if values.get("location_type") not in ("physical", "postal", "virtual"):
            raise BadRecord("a location of it has no location_type")
        access = [Accessibility(**_child(parts.ACCESSIBILITY, each, n, values["id"])) for n, each in _rows(body, "accessibility")]
        locations.append(Location(**{"addresses": [], **values}, origin=rules.origin, accessibility=access))
        location_id = values["id"]
    return ServiceAtLocation(id=_id(row, "service_at_location", at, key), position=at, location_id=location_id, extra=extra)


def _attributes(record: dict[str, Any], key: str, terms: list[TaxonomyTerm], rules: Rules) -> list[Attribute]:
    """What it is filed under: as the feed says, and under each term of ours that the feed's term stands for."""
    found: dict[str, Attribute] = {}
    ours = {term.id for term in rules.terms.terms}
    meant: list[tuple[str, str]] = []
    for at, row in _rows(record, "attributes"):
        term = _term(row, rules)
        identifier = _id(row, "attribute", at, key)
        extra = {name: value for name, value in row.items() if name not in ("id", "taxonomy_term")}
        found[identifier] = Attribute(id=identifier, position=at, taxonomy_term_id=term.id, extra=extra)
        if term.id not in ours:
            terms.append(term)
            meant += [(other.taxonomy, other.term) for name in (term.name, term.term) if name for other in rules.terms.meant_by(name)]
    held = {attribute.taxonomy_term_id for attribute in found.values()}
    for taxonomy, word in dict.fromkeys(meant):
        term_id = uuid_of("taxonomy_term", f"{taxonomy}/{word}")
        identifier = uuid_of("attribute", f"{key}/{taxonomy}/{word}")
        if term_id not in held:
            found[identifier] = Attribute(id=identifier, position=len(found), taxonomy_term_id=term_id, extra={})
    return list(found.values())


def _term(row: dict[str, Any], rules: Rules) -> TaxonomyTerm:
    body = row.get("taxonomy_term")
    if not isinstance(body, dict):
        body = {"id": row.get("taxonomy_term_id")}
    if not is_uuid(body.get("id")):
        raise BadRecord("it is filed under a term that has no id that is a UUID")
    values = _columns(parts.TAXONOMY_TERM, body)
    values["name"] = values.get("name") or values.get("term") or body["id"]
    values["description"] = values.get("description") or values["name"]
    return TaxonomyTerm(id=body["id"].lower(), **values, origin=rules.origin, extra=_rest(parts.TAXONOMY_TERM, body))


def _rows(record: dict[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    """The rows under `key` with their positions; raises BadRecord when they are not a list of objects."""
    rows = record.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadRecord(f"its {key} are not a list of objects")
    return list(enumerate(rows))


def _child(part: Part, row: dict[str, Any], at: int, key: str) -> dict[str, Any]:
    return {"id": _id(row, part.model.__tablename__, at, key), "position": at, **_columns(part, row), "extra": _rest(part, row)}


def _id(row: dict[str, Any], kind: str, at: int, key: str) -> str:
    """The row's own UUID, or one made from where it stands."""
    given = row.get("id")
    return given.lower() if isinstance(given, str) and is_uuid(given) else uuid_of(kind, f"{key}/{at}")


def _columns(part: Part, row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row that have columns, each of the column's kind and no longer than it; raises BadRecord."""
    table = part.model.__table__.columns
    return {name: _checked(table[name], row[name]) for name in part.fields if row.get(name) is not None}


def _checked(column: Any, value: Any) -> Any:
    kind, longest = column.type, getattr(column.type, "length", None)
    if isinstance(kind, Boolean):
        right = isinstance(value, bool)
    elif isinstance(kind, Float):
        right = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif isinstance(kind, String):
        right = isinstance(value, str) and (longest is None or len(value) <= longest) and "\0" not in value
    else:
        right = isinstance(value, list)
    if not right:
        raise BadRecord(f"its {column.name} is not what the standard has there")
    return value


def _rest(part: Part, row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id" and name not in part.fields}


def _check_address(url: str | None) -> None:
    """Raise BadRecord for an address that is not a web page: nothing else may become a link."""
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
        raise BadRecord("an address of it is not a web page")


def _date(text: Any) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError as error:
        raise BadRecord(f"{text!r} is not a date") from error


def _hours(rows: list[Schedule]) -> str | None:
    """The hours in words, where the feed says them briefly."""
    said = next((row.description for row in rows if row.description), None)
    return said.rstrip(". ") if said and len(said) <= LONGEST_NAME else None


def same_numbers(one: Service, other: Service) -> bool:
    """True when both give the same numbers, in any spelling."""
    return {digits(phone.dial) for phone in one.phones} == {digits(phone.dial) for phone in other.phones}
