"""Queries over staff, their invitations, passkeys, sessions and wrapped keys, each a verb; times are naive UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webhook.store.models import KeyLife, WorkerKey
from webhook.store.staff_models import Challenge, Invitation, Passkey, Staff, StaffSession, WrappedKey


def find_staff(session: Session, staff_id: str) -> Staff | None:
    """Return the person with this id, unless they left."""
    found = cast(Staff | None, session.get(Staff, staff_id))
    return found if found is not None and found.left is None else None


def find_by_name(session: Session, service: str, name: str) -> Staff | None:
    """Return whoever has or had this name at the service."""
    return cast(Staff | None, session.scalars(select(Staff).where(Staff.service == service, Staff.name == name)).first())


def list_staff(session: Session, service: str | None = None) -> list[Staff]:
    """Return the people who have not left, by service and name."""
    query = select(Staff).where(Staff.left.is_(None)).order_by(Staff.service, Staff.name)
    return list(session.scalars(query if service is None else query.where(Staff.service == service)))


def take_invitation(session: Session, tag: str, now: datetime) -> bool:
    """Use an invitation up with one atomic delete; False when it was used or is too old."""
    used = session.execute(delete(Invitation).where(Invitation.tag == tag, Invitation.expires > now).execution_options(synchronize_session=False))
    return bool(used.rowcount == 1)


def find_invitation(session: Session, tag: str, now: datetime) -> Invitation | None:
    """Return an invitation that can still be used."""
    found = session.scalars(select(Invitation).where(Invitation.tag == tag, Invitation.expires > now)).first()
    return cast(Invitation | None, found)


def take_challenge(session: Session, tag: str, purpose: str, now: datetime) -> bool:
    """Use a challenge up with one atomic delete; False when it was never given for this, was used, or is too old."""
    wanted = (Challenge.tag == tag, Challenge.purpose == purpose, Challenge.expires > now)
    return bool(session.execute(delete(Challenge).where(*wanted).execution_options(synchronize_session=False)).rowcount == 1)


def challenge_stands(session: Session, tag: str, purpose: str, now: datetime) -> bool:
    """True while what was allowed for a while is still allowed."""
    wanted = (Challenge.tag == tag, Challenge.purpose == purpose, Challenge.expires > now)
    return session.scalars(select(Challenge.tag).where(*wanted)).first() is not None


def find_passkey(session: Session, credential_id: str) -> Passkey | None:
    """Return the passkey with this credential id."""
    return cast(Passkey | None, session.get(Passkey, credential_id))


def find_session(session: Session, tag: str) -> StaffSession | None:
    """Return a session by the hash of its cookie."""
    return cast(StaffSession | None, session.get(StaffSession, tag))


def touch_session(session: Session, tag: str, now: datetime) -> None:
    """Note that a person did something."""
    session.execute(update(StaffSession).where(StaffSession.tag == tag).values(seen=now).execution_options(synchronize_session=False))


def end_session(session: Session, tag: str) -> None:
    """Sign somebody out."""
    session.execute(delete(StaffSession).where(StaffSession.tag == tag).execution_options(synchronize_session=False))


def keys_of(session: Session, staff_id: str) -> list[WorkerKey]:
    """Return a person's keys: the one in use, those it replaced, and one that waits for approval, in this order."""
    query = select(WorkerKey, KeyLife.retired).join(WrappedKey, WrappedKey.kid == WorkerKey.kid).outerjoin(KeyLife, KeyLife.kid == WorkerKey.kid)
    found = session.execute(query.where(WrappedKey.staff == staff_id, WorkerKey.left.is_(None))).all()
    return [key for key, retired in sorted(found, key=lambda row: (row[0].approved is None, row[1] is not None))]


def wrapped_key(session: Session, kid: str) -> str:
    """Return a key of somebody's as their browser wrapped it."""
    return str(session.get(WrappedKey, kid).keyfile)


def keys_waiting(session: Session, service: str) -> list[WorkerKey]:
    """Return the keys of a service that nobody has approved yet."""
    query = select(WorkerKey).where(WorkerKey.service == service, WorkerKey.left.is_(None), WorkerKey.approved.is_(None))
    return list(session.scalars(query.order_by(WorkerKey.name)))


def leave(session: Session, person: Staff, now: datetime) -> None:
    """A person leaves: no passkey or session of theirs works from now on, and their wrapped key is deleted."""
    person.left = now
    for table in (Passkey, StaffSession, WrappedKey):
        session.execute(delete(table).where(table.staff == person.id).execution_options(synchronize_session=False))


def drop_waiting_key(session: Session, staff_id: str) -> None:
    """Forget a key of somebody that waits for approval: they have made another."""
    for key in keys_of(session, staff_id):
        if key.approved is None:
            session.delete(session.get(WrappedKey, key.kid))
            session.delete(key)
    session.flush()


def sweep(session: Session, now: datetime, old_kept: timedelta) -> None:
    """Drop sessions, challenges and invitations whose time is over, and wrapped keys retired `old_kept` ago."""
    retired = select(KeyLife.kid).where(KeyLife.retired < now - old_kept)
    session.execute(delete(WrappedKey).where(WrappedKey.kid.in_(retired)).execution_options(synchronize_session=False))
    session.execute(delete(StaffSession).where(StaffSession.ends < now))
    session.execute(delete(Challenge).where(Challenge.expires < now))
    session.execute(delete(Invitation).where(Invitation.expires < now))
