"""Which fields of Open Referral UK each table holds, by the names the standard gives them; all others go into `extra`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from directory.models import Accessibility, CostOption, Language, Location, Organization, Phone, Schedule, Service, ServiceArea, TaxonomyTerm


@dataclass(frozen=True)
class Part:
    """One object of the standard: its table and the fields the table has columns for, `id` apart."""

    model: Any
    fields: tuple[str, ...]


SERVICE = Part(
    Service,
    (
        "name",
        "description",
        "eligibility_description",
        "url",
        "email",
        "status",
        "minimum_age",
        "maximum_age",
        "assurer_email",
        "alert",
        "last_modified",
    ),
)
ORGANIZATION = Part(Organization, ("name", "description", "email", "website", "uri"))
PHONE = Part(Phone, ("number",))
SCHEDULE = Part(
    Schedule,
    ("valid_from", "valid_to", "dtstart", "freq", "interval", "byday", "bymonthday", "opens_at", "closes_at", "description", "bank_holidays"),
)
SERVICE_AREA = Part(ServiceArea, ("name", "uri"))
LANGUAGE = Part(Language, ("name", "code", "note"))
COST_OPTION = Part(CostOption, ("valid_from", "valid_to", "option", "amount", "amount_description"))
LOCATION = Part(
    Location, ("location_type", "name", "description", "latitude", "longitude", "external_identifier", "external_identifier_type", "addresses")
)
ACCESSIBILITY = Part(Accessibility, ("description", "details", "url"))
TAXONOMY_TERM = Part(TaxonomyTerm, ("name", "description", "taxonomy", "taxonomy_id", "term", "parent_id", "term_uri"))

OWN = "linden"  # the key of a record under which our own facts and their provenance travel
OWN_FIELDS = ("hours", "text_line", "single_point_of_contact", "level", "confidence", "published", "origin")
OWN_DATES = ("date_seen", "review_by")
