"""The directory's tables, named after Open Referral UK (HSDS 3.0), with where each service's facts come from.

Every row has the `uuid` (or `id`) the standard asks for; our own short ids (`dud-spoc`) are kept beside it. A field the
standard has and we do not use is kept in `extra`, so that a feed taken in and given back loses nothing. Provenance is
part of every service: its sources, how sure they make us, which feed it came from (`origin`), when a person last
confirmed it (`assured_date`, `assured_by`), and until when it may be shown as current (`review_by`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import declarative_base, relationship

Base: Any = declarative_base()
OWNED = "all, delete-orphan"  # rows that go when the row they belong to goes
READ_IN_ORDER = {"sqlite_with_rowid": False}  # kept within its primary key, because every look-up reads a run of it


class Organization(Base):
    """Who runs a service."""

    __tablename__ = "organization"

    id = Column(String(64), primary_key=True)
    uuid = Column(String(36), unique=True, nullable=False)
    name = Column(Text, nullable=False)
    description = Column(Text)
    email = Column(Text)
    website = Column(Text)
    uri = Column(Text)
    origin = Column(String(64), nullable=False)
    extra = Column(JSON, nullable=False, default=dict)


class Service(Base):
    """One thing a person can be sent to, as it is shown to them, with where we have it from."""

    __tablename__ = "service"

    id = Column(String(64), primary_key=True)
    uuid = Column(String(36), unique=True, nullable=False)
    organization_id = Column(ForeignKey("organization.id"), nullable=False, index=True)
    name = Column(Text, nullable=False)
    description = Column(Text)  # what it is for, in plain words
    eligibility_description = Column(Text)  # whom it is for
    url = Column(Text)
    email = Column(Text)
    status = Column(String(32), nullable=False, default="active")
    minimum_age = Column(Float)
    maximum_age = Column(Float)
    alert = Column(Text)
    last_modified = Column(String(40))
    text_line = Column(Text)  # how to reach it by text, where that is its way in
    hours = Column(Text)  # as said to a person; None when sources disagree or are silent
    always_open = Column(Boolean, nullable=False, default=False)
    single_point_of_contact = Column(Boolean, nullable=False, default=False)
    level = Column(String(16), nullable=False)  # local, regional or national
    confidence = Column(String(16), nullable=False)  # high, medium, low or not verified
    published = Column(Integer)  # year of the newest source; None when no source is dated
    date_seen = Column(Date, nullable=False)  # when the sources were read; never shown as "checked on"
    assured_date = Column(Date)  # when it was last checked: by our named person, or by the feed it came from
    assured_by = Column(Text)  # our named person; only then is `assured_date` shown as "checked on"
    assurer_email = Column(Text)
    review_by = Column(Date)  # None: never expires, its owner is alarmed instead
    origin = Column(String(64), nullable=False, index=True)  # `seed`, or the name of the feed it was taken from
    extra = Column(JSON, nullable=False, default=dict)

    organization = relationship("Organization", lazy="joined")
    phones = relationship("Phone", order_by="Phone.position", cascade=OWNED, lazy="selectin")
    schedules = relationship("Schedule", order_by="Schedule.position", cascade=OWNED, lazy="selectin")
    areas = relationship("ServiceArea", order_by="ServiceArea.position", cascade=OWNED, lazy="selectin")
    languages = relationship("Language", order_by="Language.position", cascade=OWNED, lazy="selectin")
    cost_options = relationship("CostOption", order_by="CostOption.position", cascade=OWNED, lazy="selectin")
    locations = relationship("ServiceAtLocation", order_by="ServiceAtLocation.position", cascade=OWNED, lazy="selectin", back_populates="service")
    attributes = relationship("Attribute", order_by="Attribute.position", cascade=OWNED, lazy="selectin")
    sources = relationship("Source", order_by="Source.position", cascade=OWNED, lazy="selectin")

    @property
    def terms(self) -> list[TaxonomyTerm]:
        """The terms it is filed under."""
        return [attribute.taxonomy_term for attribute in self.attributes]


class Phone(Base):
    """A number of a service: as it is shown, and the digits to dial, kept apart so that no link is made by stripping."""

    __tablename__ = "phone"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    id = Column(String(36), primary_key=True)
    position = Column(Integer, nullable=False)
    number = Column(String(64), nullable=False)
    dial = Column(String(16), nullable=False, index=True)
    extra = Column(JSON, nullable=False, default=dict)


class Schedule(Base):
    """When a service is open: days and times in Europe/London, or days alone where the times are not known.

    A row for bank holidays holds on those alone; every other row does not hold on them."""

    __tablename__ = "schedule"
    __table_args__ = READ_IN_ORDER

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    id = Column(String(36), primary_key=True)
    position = Column(Integer, nullable=False)
    valid_from = Column(String(10))
    valid_to = Column(String(10))
    dtstart = Column(String(10))
    freq = Column(String(8))
    interval = Column(Float)
    byday = Column(Text)
    bymonthday = Column(Text)
    opens_at = Column(String(16))
    closes_at = Column(String(16))
    description = Column(Text)
    bank_holidays = Column(Boolean, nullable=False, default=False)
    extra = Column(JSON, nullable=False, default=dict)


class ServiceArea(Base):
    """An area a service is for: one we know (`all` of them, a borough, or `outside:` and a council), or only a name."""

    __tablename__ = "service_area"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    id = Column(String(36), primary_key=True)
    position = Column(Integer, nullable=False)
    area = Column(String(64), index=True)  # None when the feed's area is none of ours
    name = Column(Text)
    uri = Column(Text)
    extra = Column(JSON, nullable=False, default=dict)


class Location(Base):
    """A place open to the public, or a virtual one; never where a refuge is."""

    __tablename__ = "location"

    id = Column(String(36), primary_key=True)
    location_type = Column(String(16), nullable=False)
    name = Column(Text)
    description = Column(Text)
    latitude = Column(Float)
    longitude = Column(Float)
    external_identifier = Column(Text)
    external_identifier_type = Column(Text)
    addresses = Column(JSON, nullable=False, default=list)
    origin = Column(String(64), nullable=False)
    extra = Column(JSON, nullable=False, default=dict)

    accessibility = relationship("Accessibility", order_by="Accessibility.position", cascade=OWNED, lazy="selectin")


class Accessibility(Base):
    """What a place offers to people with a disability."""

    __tablename__ = "accessibility"

    location_id = Column(ForeignKey("location.id"), primary_key=True)
    id = Column(String(36), primary_key=True)
    position = Column(Integer, nullable=False)
    description = Column(Text)
    details = Column(Text)
    url = Column(Text)
    extra = Column(JSON, nullable=False, default=dict)


class ServiceAtLocation(Base):
    """That a service is given at a place."""

    __tablename__ = "service_at_location"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    id = Column(String(36), primary_key=True, index=True)
    position = Column(Integer, nullable=False)
    location_id = Column(ForeignKey("location.id"), index=True)
    extra = Column(JSON, nullable=False, default=dict)

    location = relationship("Location", lazy="joined")
    service = relationship("Service", back_populates="locations")


class Language(Base):
    """A language, or a way of interpreting, that a service offers."""

    __tablename__ = "language"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    id = Column(String(36), primary_key=True)
    position = Column(Integer, nullable=False)
    name = Column(Text)
    code = Column(String(16))
    note = Column(Text)
    extra = Column(JSON, nullable=False, default=dict)


class CostOption(Base):
    """What a service costs; an `amount` of nought says that it is free."""

    __tablename__ = "cost_option"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    id = Column(String(36), primary_key=True)
    position = Column(Integer, nullable=False)
    valid_from = Column(String(10))
    valid_to = Column(String(10))
    option = Column(Text)
    amount = Column(Float)
    amount_description = Column(Text)
    extra = Column(JSON, nullable=False, default=dict)


class Taxonomy(Base):
    """A set of terms: ours are `need` and `audience`."""

    __tablename__ = "taxonomy"

    id = Column(String(36), primary_key=True)
    name = Column(Text, nullable=False)
    description = Column(Text, nullable=False)


class TaxonomyTerm(Base):
    """A term of a taxonomy, ours or one a feed brought along."""

    __tablename__ = "taxonomy_term"
    __table_args__ = (Index("ix_taxonomy_term_taxonomy_term", "taxonomy", "term"),)

    id = Column(String(36), primary_key=True)
    taxonomy = Column(Text)
    taxonomy_id = Column(String(36))
    term = Column(Text)
    name = Column(Text, nullable=False)
    description = Column(Text, nullable=False)
    parent_id = Column(String(36))
    term_uri = Column(Text)
    origin = Column(String(64), nullable=False)
    extra = Column(JSON, nullable=False, default=dict)


class Attribute(Base):
    """That a service is filed under a term."""

    __tablename__ = "attribute"
    __table_args__ = (Index("ix_attribute_term_service", "taxonomy_term_id", "service_id"),)

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    id = Column(String(36), primary_key=True)
    position = Column(Integer, nullable=False)
    taxonomy_term_id = Column(ForeignKey("taxonomy_term.id"), nullable=False)
    extra = Column(JSON, nullable=False, default=dict)

    taxonomy_term = relationship("TaxonomyTerm", lazy="joined")


class Source(Base):
    """Where a service's facts were read."""

    __tablename__ = "source"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    position = Column(Integer, primary_key=True)
    reference = Column(Text, nullable=False)


class Confirmation(Base):
    """That a named person confirmed a service, and what it then said; kept when the service changes or goes."""

    __tablename__ = "confirmation"

    id = Column(Integer, primary_key=True)
    service_id = Column(String(64), nullable=False, index=True)
    confirmed_by = Column(Text, nullable=False)
    confirmed_on = Column(Date, nullable=False)
    review_by = Column(Date)
    dials = Column(Text, nullable=False)  # the digits that were confirmed, with a space between two numbers


class Listing(Base):
    """What `find_services` searches: each shown service under each area and need, the surest first; made from the rest.

    It exists for speed alone: the best of 50,000 services are read from its primary key in order."""

    __tablename__ = "listing"
    __table_args__ = READ_IN_ORDER

    area = Column(String(64), primary_key=True)
    need = Column(String(64), primary_key=True)
    rank = Column(Integer, primary_key=True)
    service_id = Column(ForeignKey("service.id"), primary_key=True, index=True)
    vetted = Column(Boolean, nullable=False)  # from our own seed, or confirmed by a named person
    review_by = Column(Date)
    gender = Column(String(8))  # `women` or `men` when it is for them alone
    names_audience = Column(Text, nullable=False)  # the audiences it names, with a space between two
    always_open = Column(Boolean, nullable=False)
