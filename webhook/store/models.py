"""The queue's tables. Every column that could name or find a person is sealed, hashed, or not there (docs/privacy.md)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, String, Text
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
    worker = Column(String(64), nullable=False)
    request = Column(String(32), nullable=False)
    action = Column(String(32), nullable=False)
    hour = Column(DateTime, nullable=False)
    mac = Column(String(64), nullable=False, default="")
