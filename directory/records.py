"""Writes a service as Open Referral UK (HSDS-UK 3.0) has it, with our own facts and their provenance under `linden`."""

from __future__ import annotations

from typing import Any

from directory import parts
from directory.models import Attribute, Organization, Service, ServiceAtLocation, Taxonomy, TaxonomyTerm
from directory.parts import OWN, OWN_DATES, OWN_FIELDS, Part

Record = dict[str, Any]
LISTED_ORGANIZATION = ("id", "name", "description", "email", "website", "logo", "uri", "parent_organization_id")
LISTED_LOCATION = (
    "id",
    "location_type",
    "name",
    "description",
    "latitude",
    "longitude",
    "external_identifier",
    "external_identifier_type",
)


def service_record(service: Service, *, export: bool = False) -> Record:
    """Return the whole record of a service; with `export` also who confirmed it and our sources.

    An export is a file of ours and loses nothing; the feed names no colleague, and no source, whose remarks are not for the public."""
    record = service_summary(service)
    record["organization"] = organization_record(service.organization)
    record |= dict(service.extra)
    record |= _some("phones", [_child(parts.PHONE, row) | {"dial": row.dial} for row in service.phones])
    record |= _some("schedules", [_child(parts.SCHEDULE, row) for row in service.schedules])
    record |= _some("service_areas", [_child(parts.SERVICE_AREA, row) | _present({"area": row.area}) for row in service.areas])
    record |= _some("service_at_locations", [_link(row) for row in service.locations])
    record |= _some("languages", [_child(parts.LANGUAGE, row) for row in service.languages])
    record |= _some("cost_options", [_child(parts.COST_OPTION, row) for row in service.cost_options])
    record |= _some("attributes", [_attribute(row) for row in service.attributes])
    record[OWN] = _own(service, export=export)
    return record


def service_summary(service: Service) -> Record:
    """Return what a list shows of a service: its one-to-one fields and its organization's."""
    extra = {key: value for key, value in service.extra.items() if not isinstance(value, (list, dict))}
    record = {"id": service.uuid} | _present({field: getattr(service, field) for field in parts.SERVICE.fields}) | extra
    if service.assured_date:
        record["assured_date"] = service.assured_date.isoformat()
    organization = organization_record(service.organization)
    record["organization"] = {key: organization[key] for key in LISTED_ORGANIZATION if key in organization}
    return record


def organization_record(organization: Organization) -> Record:
    """Return the record of an organization; the standard wants a description, so its name stands in for one."""
    record = {"id": organization.uuid, **_fields(parts.ORGANIZATION, organization)}
    return {**record, "description": organization.description or organization.name}


def place_record(link: ServiceAtLocation, *, whole: bool) -> Record:
    """Return a service at a location: with `whole` everything about both, else what a list shows."""
    record = _link(link) if whole else {"id": link.id}
    if link.location is not None and not whole:
        location = _location(link)
        record["location"] = {key: location[key] for key in LISTED_LOCATION if key in location}
    record["service"] = service_record(link.service) if whole else service_summary(link.service)
    return record


def term_record(term: TaxonomyTerm) -> Record:
    """Return the record of a term."""
    return {"id": term.id, **_fields(parts.TAXONOMY_TERM, term)}


def taxonomy_record(taxonomy: Taxonomy) -> Record:
    """Return the record of a taxonomy."""
    return {"id": taxonomy.id, "name": taxonomy.name, "description": taxonomy.description}


def _own(service: Service, *, export: bool) -> Record:
    own = {"id": service.id} | _present({field: getattr(service, field) for field in OWN_FIELDS})
    own |= {field: getattr(service, field).isoformat() for field in OWN_DATES if getattr(service, field)}
    if export:
        own |= _present({"assured_by": service.assured_by}) | {"sources": [source.reference for source in service.sources]}
    return own


def _attribute(row: Attribute) -> Record:
    return {"id": row.id, "taxonomy_term": term_record(row.taxonomy_term), **row.extra}


def _link(row: ServiceAtLocation) -> Record:
    return {"id": row.id, **(_some("location", _location(row)) if row.location is not None else {}), **row.extra}


def _location(row: ServiceAtLocation) -> Record:
    place = row.location
    record = _child(parts.LOCATION, place)
    return record | _some("accessibility", [_child(parts.ACCESSIBILITY, each) for each in place.accessibility])


def _child(part: Part, row: Any) -> Record:
    return {"id": row.id, **_fields(part, row)}


def _fields(part: Part, row: Any) -> Record:
    """The fields that say something, and what `extra` keeps."""
    return _present({field: getattr(row, field) for field in part.fields}) | dict(row.extra)


def _present(fields: Record) -> Record:
    return {key: value for key, value in fields.items() if value is not None and value is not False and value != []}


def _some(key: str, value: Any) -> Record:
    return {key: value} if value else {}
