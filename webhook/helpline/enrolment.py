"""From a one-time link to a person with a passkey and a key that waits for a colleague's approval."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from webhook.handoff.desk import naive
from webhook.handoff.envelope import Recipient
from webhook.handoff.keyfile import ROUNDS
from webhook.helpline import KeyRefused, LinkUsed, NameTaken
from webhook.helpline.roles import CALLERS, Role
from webhook.keys import Keys
from webhook.parts import Parts
from webhook.store import staff, workers
from webhook.store.engine import transaction
from webhook.store.staff_models import Invitation, Staff, WrappedKey

LINK_GOOD_FOR = timedelta(days=2)
KEYFILE_FIELDS = {"v", "kid", "rounds", "salt", "nonce", "wrapped"}
POINT_BYTES = 65
LONGEST_KEYFILE = 2_000  # characters; one of ours has about 500


@dataclass(frozen=True)
class Invited:
    """Who a link is for: the name colleagues call them, their service and their role."""

    name: str
    service: str
    role: Role


def invite(linden: Parts, name: str, service: str, role: Role) -> str:
    """Return the token of a new one-time link; raises NameTaken."""
    return make_invitation(linden.queue, linden.keys, linden.now(), Invited(name, service, role))


def make_invitation(queue: Engine, keys: Keys, now: datetime, who: Invited) -> str:
    """Return the token of a new one-time link made outside a running front door; raises NameTaken."""
    token = secrets.token_urlsafe(24)
    with transaction(queue) as session:
        if staff.find_by_name(session, who.service, who.name) or workers.find_by_name(session, who.name, who.service):
            raise NameTaken
        tag, expires = _tag(keys, token), naive(now + LINK_GOOD_FOR)
        session.add(Invitation(tag=tag, service=who.service, name=who.name, role=who.role.value, expires=expires))
    return token


def look_up(linden: Parts, session: Session, token: str) -> Invitation:
    """Return the invitation of a link without using it up; raises LinkUsed."""
    found = staff.find_invitation(session, _tag(linden.keys, token), naive(linden.now()))
    if found is None:
        raise LinkUsed
    return found


def staff_id_of(linden: Parts, token: str) -> str:
    """The id the person of this link will have; the same each time, so that a ceremony can be begun again."""
    return linden.keys.tag("staff/id", token)[:32]


def admit(linden: Parts, session: Session, token: str, key: dict[str, Any] | None) -> str:
    """Use the link up and add its person, with the public and wrapped key their role needs; raises LinkUsed or KeyRefused.

    The key receives nothing until somebody approves its fingerprint. Returns the person's id."""
    now = naive(linden.now())
    invited = look_up(linden, session, token)
    name, service, role = str(invited.name), str(invited.service), Role(invited.role)
    if not staff.take_invitation(session, str(invited.tag), now):
        raise LinkUsed
    person = Staff(id=staff_id_of(linden, token), service=service, name=name, role=role.value, joined=now)
    session.add(person)
    if role in CALLERS:
        add_key(session, key or {}, staff_id=person.id, service=service, name=name)
    return str(person.id)


def add_key(session: Session, key: dict[str, Any], *, staff_id: str, service: str, name: str) -> str:
    """Keep a public key and its wrapped half, to wait for approval, and return its kid; raises KeyRefused."""
    public_key = public_point(key)
    kid = Recipient.of(public_key).kid
    keyfile = checked_keyfile(key, kid)
    if workers.find_key(session, kid) is not None:
        raise KeyRefused
    workers.add_key(session, kid=kid, service=service, name=name, public_key=public_key, recovery=False, approved=None)
    session.add(WrappedKey(kid=kid, staff=staff_id, keyfile=keyfile))
    return kid


def public_point(key: dict[str, Any]) -> bytes:
    """Return the uncompressed point a browser sent; raises KeyRefused when it is none on P-256."""
    try:
        public_key = base64.b64decode(str(key.get("public_key", "")), validate=True)
        _on_the_curve(public_key)
    except ValueError as error:
        raise KeyRefused from error
    return public_key


def checked_keyfile(key: dict[str, Any], kid: str) -> str:
    """Return the wrapped key as it is kept; raises KeyRefused unless it is wrapped as handoff/keyfile.py wraps."""
    body = key.get("keyfile")
    if not isinstance(body, dict) or set(body) != KEYFILE_FIELDS or body["kid"] != kid or body["v"] != 1:
        raise KeyRefused
    kept = json.dumps(body)
    if not isinstance(body["rounds"], int) or body["rounds"] < ROUNDS or len(kept) > LONGEST_KEYFILE:
        raise KeyRefused
    return kept


def _on_the_curve(public_key: bytes) -> None:
    """Raise ValueError unless these bytes are an uncompressed P-256 point."""
    if len(public_key) != POINT_BYTES:
        raise ValueError("not an uncompressed point")
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public_key)


def _tag(keys: Keys, token: str) -> str:
    return keys.tag("staff/invitation", sha256(token.encode()).hexdigest())
