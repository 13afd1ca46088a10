"""The desk's tables: who works there, how they sign in, and what the queue needs beside a request. No column names a caller."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, String, Text, UniqueConstraint

from webhook.store.models import Base


class Staff(Base):
    """A person of a helpline; the name is what colleagues call them and is never given to another of the same service."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("service", "name"),)

    id = Column(String(32), primary_key=True)  # also the passkey's user handle
    service = Column(String(64), nullable=False, index=True)
    name = Column(String(64), nullable=False)
    role = Column(String(16), nullable=False)
    joined = Column(DateTime, nullable=False)
    left = Column(DateTime)


class Invitation(Base):
    """A one-time enrolment link, by the keyed hash of its token."""

    __tablename__ = "invitation"

    tag = Column(String(64), primary_key=True)
    service = Column(String(64), nullable=False)
    name = Column(String(64), nullable=False)
    role = Column(String(16), nullable=False)
    expires = Column(DateTime, nullable=False)


class Passkey(Base):
    """A passkey's public half."""

    __tablename__ = "passkey"

    credential_id = Column(String(1_400), primary_key=True)  # base64url of at most 1,023 bytes
    staff = Column(String(32), nullable=False, index=True)
    public_key = Column(LargeBinary, nullable=False)
    sign_count = Column(Integer, nullable=False)


class Challenge(Base):
    """A challenge a passkey must sign, good once and for five minutes; by its keyed hash."""

    __tablename__ = "passkey_challenge"

    tag = Column(String(64), primary_key=True)
    purpose = Column(String(80), nullable=False)
    expires = Column(DateTime, nullable=False)


class StaffSession(Base):
    """Somebody signed in, by the keyed hash of the cookie."""

    __tablename__ = "staff_session"

    tag = Column(String(64), primary_key=True)
    staff = Column(String(32), nullable=False, index=True)
    seen = Column(DateTime, nullable=False)
    ends = Column(DateTime, nullable=False)


class WrappedKey(Base):
    """A worker's private key as her browser wrapped it; the server never sees the passphrase that opens it."""

    __tablename__ = "wrapped_key"

    kid = Column(String(16), primary_key=True)
    staff = Column(String(32), nullable=False, index=True)
    keyfile = Column(Text, nullable=False)


class HandoverNote(Base):
    """A note to whoever rings next, sealed in the browser and locked with the key of its request's day."""

    __tablename__ = "handover_note"

    id = Column(String(32), primary_key=True)
    request = Column(String(32), nullable=False, index=True)
    service = Column(String(64), nullable=False)
    author = Column(String(64), nullable=False)
    hour = Column(DateTime, nullable=False)
    record = Column(LargeBinary, nullable=False)


class Hidden(Base):
    """A request whose person a worker knows: it is not shown to that worker again; no reason is asked or kept."""

    __tablename__ = "hidden_request"

    request = Column(String(32), primary_key=True)
    worker = Column(String(64), primary_key=True)


class Slip(Base):
    """What a request was before its last outcome, for the few minutes in which that can be undone."""

    __tablename__ = "slip"

    request = Column(String(32), primary_key=True)
    worker = Column(String(64), nullable=False)
    until = Column(DateTime, nullable=False)
    windows = Column(Text, nullable=False)
    attempts = Column(Integer, nullable=False)
    outcome = Column(String(32))


class Told(Base):
    """What has been announced, so that it is announced once."""

    __tablename__ = "told"

    what = Column(String(32), primary_key=True)
    request = Column(String(32), primary_key=True)
    window = Column(String(40), primary_key=True)
    urgent = Column(Boolean, nullable=False)
