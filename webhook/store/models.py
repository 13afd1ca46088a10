"""The queue's tables. Every column that could name or find a person is sealed, hashed, or not there (docs/privacy.md)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, String, Text
from sqlalchemy.orm import declarative_base

Base: Any = declarative_base()


class CallbackRequest(Base):
    """One request for a call. The record is sealed; the other columns are the only ones in the clear (handoff.md)."""

    __tablename__ = "callback_request"

    id = Column(String(32), primary_key=True)
    service = Column(String(64), nullable=False, index=True)
    epoch = Column(String(10), nullable=False, index=True)
    windows = Column(Text, nullable=False)  # keys of the safe windows, joined by spaces
    danger = Column(Boolean, nullable=False)  # only her tick, or her yes when asked
    under_18 = Column(Boolean, nullable=False)
    booked = Column(Text)  # interpreter language or BSL, a woman worker: only as she agreed
    received = Column(DateTime, nullable=False)  # to the hour
    expires = Column(DateTime, nullable=False)
    state = Column(String(16), nullable=False)  # waiting, claimed, opened, ended
    claimer = Column(String(64))
    lease_ends = Column(DateTime)
    attempts = Column(Integer, nullable=False, default=0)
    outcome = Column(String(32))
    ended = Column(DateTime)
    receipt_tag = Column(String(64), nullable=False, index=True)
    key_tag = Column(String(64), nullable=False, unique=True)
    record = Column(LargeBinary, nullable=False)


class WorkerKey(Base):
    """A public key that requests may be sealed to: a worker's, or a service's offline recovery key."""

    __tablename__ = "worker_key"

    kid = Column(String(16), primary_key=True)
    service = Column(String(64), nullable=False, index=True)
    name = Column(String(64), nullable=False)
    recovery = Column(Boolean, nullable=False, default=False)
    public_key = Column(LargeBinary, nullable=False)
    approved = Column(DateTime)  # nothing is sealed to a key that is not approved
    left = Column(DateTime)


class TextMessage(Base):
    """A text that was received, by the keyed hash of its MessageSid; its reply is sealed and kept a day."""

    __tablename__ = "text_message"

    sid_tag = Column(String(64), primary_key=True)
    received = Column(DateTime, nullable=False)
    reply = Column(LargeBinary)


class OptOut(Base):
    """A number that gets no more texts, by keyed hash: the person asked, or the carrier refuses (error 21610)."""

    __tablename__ = "opt_out"

    number_tag = Column(String(64), primary_key=True)
    since = Column(DateTime, nullable=False)  # to the hour
    asked = Column(Boolean, nullable=False)  # False: only refused by the carrier


class DailyCount(Base):
    """How many conversations of a day had a fact, such as a subject or a borough: a number by itself, never two facts together."""

    __tablename__ = "daily_count"

    day = Column(Date, primary_key=True)
    fact = Column(String(64), primary_key=True)
    count = Column(Integer, nullable=False)


class Draft(Base):
    """Half-finished callback questions by text, sealed under a key derived from the sender's number; two hours at most."""

    __tablename__ = "draft"

    conversation = Column(String(64), primary_key=True)
    expires = Column(DateTime, nullable=False)
    sealed = Column(LargeBinary, nullable=False)


class AuditEntry(Base):
    """Who did what and when, to the hour; rows are only ever added, and each is bound to the one before by its MAC."""

    __tablename__ = "audit_entry"

    number = Column(Integer, primary_key=True, autoincrement=True)
    service = Column(String(64), nullable=False, server_default="")  # empty: from before rows said so
    worker = Column(String(64), nullable=False)
    request = Column(String(32), nullable=False)
    action = Column(String(32), nullable=False)
    hour = Column(DateTime, nullable=False)
    mac = Column(String(64), nullable=False)


class KeyLife(Base):
    """The life of a public key: retired (sealed to no more, but opens what it was sealed), and last proved by a canary."""

    __tablename__ = "key_life"

    kid = Column(String(16), primary_key=True)
    retired = Column(DateTime)
    proved = Column(DateTime)  # to the hour


class Canary(Base):
    """The day's envelope that every key of a service must open, and the keyed hash of the words in it."""

    __tablename__ = "canary"

    service = Column(String(64), primary_key=True)
    day = Column(String(10), primary_key=True)
    inner = Column(Text, nullable=False)
    answer_tag = Column(String(64), nullable=False)


class ServiceSwitch(Base):
    """A service that was switched to numbers only, and since when; without a row it is on."""

    __tablename__ = "service_switch"

    service = Column(String(64), primary_key=True)
    since = Column(DateTime, nullable=False)


class FloodMark(Base):
    """A request that came when its network had sent many: kept and answered like any other, only marked."""

    __tablename__ = "flood_mark"

    request = Column(String(32), primary_key=True)


class LeadAlert(Base):
    """Something the on-call lead must know of a request: its id, what, and the hour; nothing of what is in it.

    `told` is when it was announced, and `seen` when a lead said so at the desk."""

    __tablename__ = "lead_alert"

    request = Column(String(32), primary_key=True)
    kind = Column(String(32), primary_key=True)
    service = Column(String(64), nullable=False)
    hour = Column(DateTime, nullable=False)
    told = Column(DateTime)
    seen = Column(DateTime)


class Tombstone(Base):
    """What is left of a deleted request for twelve months: its id, the hours it came and ended, and its class of outcome."""

    __tablename__ = "tombstone"

    id = Column(String(32), primary_key=True)
    received = Column(DateTime, nullable=False)
    ended = Column(DateTime, nullable=False)
    outcome = Column(String(32), nullable=False)


class RetentionRun(Base):
    """The last time the queue was cleaned, and the last that took something: when, how much went, and whether deleted text is gone from the file as well."""

    __tablename__ = "retention_run"

    name = Column(String(16), primary_key=True)
    at = Column(DateTime, nullable=False)
    deleted = Column(Integer, nullable=False)
    keys_destroyed = Column(Integer, nullable=False)
    clean = Column(Boolean, nullable=False)
