"""The directory's tables, named after Open Referral UK (HSDS 3.0): organization, service, phone, service_area, taxonomy.

Provenance is part of every service: its sources, how sure they make us, when a person last confirmed it
(`assured_date`), and until when it may be shown as current (`review_by`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import declarative_base, relationship

Base: Any = declarative_base()


class Organization(Base):
    """Who runs a service."""

    __tablename__ = "organization"

    id = Column(String(64), primary_key=True)
    name = Column(Text, nullable=False)


class Service(Base):
    """One thing a person can be sent to, as it is shown to them, with where we have it from."""

    __tablename__ = "service"

    id = Column(String(64), primary_key=True)
    organization_id = Column(ForeignKey("organization.id"), nullable=False)
    name = Column(Text, nullable=False)
    description = Column(Text, nullable=False)  # what it is for, in plain words
    eligibility_description = Column(Text, nullable=False)  # whom it is for
    url = Column(Text)
    email = Column(Text)
    text_line = Column(Text)  # how to reach it by text, where that is its way in
    hours = Column(Text)  # as said to a person; None when sources disagree or are silent
    always_open = Column(Boolean, nullable=False, default=False)
    single_point_of_contact = Column(Boolean, nullable=False, default=False)
    languages = Column(Text)
    cost = Column(Text)
    level = Column(String(16), nullable=False)  # local, regional or national
    status = Column(String(16), nullable=False, default="active")
    confidence = Column(String(16), nullable=False)  # high, medium, low or not verified
    published = Column(Integer)  # year of the newest source; None when no source is dated
    date_seen = Column(Date, nullable=False)  # when the sources were read; never shown as "checked on"
    assured_date = Column(Date)  # when a named person confirmed it
    assured_by = Column(Text)
    review_by = Column(Date)  # None: never expires, its owner is alarmed instead

    phones = relationship("Phone", order_by="Phone.position", cascade="all, delete-orphan", lazy="selectin")
    areas = relationship("ServiceArea", cascade="all, delete-orphan", lazy="selectin")
    terms = relationship("TaxonomyTerm", cascade="all, delete-orphan", lazy="selectin")
    sources = relationship("Source", cascade="all, delete-orphan", lazy="selectin")


class Phone(Base):
    """A number of a service: as it is shown, and the digits to dial, kept apart so that no link is made by stripping."""

    __tablename__ = "phone"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    position = Column(Integer, primary_key=True)
    number = Column(String(32), nullable=False)
    dial = Column(String(16), nullable=False)


class ServiceArea(Base):
    """An area a service is for: a borough, `all` of them, or `outside:` and a council."""

    __tablename__ = "service_area"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    area = Column(String(64), primary_key=True)


class TaxonomyTerm(Base):
    """A term of one of two taxonomies a service is filed under: `need` or `audience`."""

    __tablename__ = "taxonomy_term"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    taxonomy = Column(String(16), primary_key=True)
    term = Column(String(64), primary_key=True, index=True)


class Source(Base):
    """Where a service's facts were read."""

    __tablename__ = "source"

    service_id = Column(ForeignKey("service.id"), primary_key=True)
    position = Column(Integer, primary_key=True)
    reference = Column(Text, nullable=False)
