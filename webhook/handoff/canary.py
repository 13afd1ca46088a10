"""A daily canary: an envelope every key of a service must open, so that a key that no longer works is found before a call."""

from __future__ import annotations

import hmac
import json
import secrets
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy.orm import Session

from webhook.handoff import Unopenable
from webhook.handoff.desk import Desk, epoch_of, hour
from webhook.handoff.envelope import Recipient, point, seal, unseal
from webhook.store import workers
from webhook.store.engine import transaction
from webhook.store.models import Canary


def todays_canary(desk: Desk, service: str) -> dict[str, Any]:
    """Return the inner envelope of today's canary of a service, made when there is none or a key was approved since.

    Raises NobodyToSealTo."""
    day = epoch_of(desk.now())
    with transaction(desk.queue) as session:
        recipients = desk.everyone_in(session, service)
        kids = [each.kid for each in recipients]
        known = session.get(Canary, (service, day))
        if known is not None and json.loads(known.inner)["recipients"] == kids:
            return cast(dict[str, Any], json.loads(known.inner))
        words = secrets.token_hex(16)
        inner = seal({"canary": words}, canary_id(day), service, recipients)
        session.merge(Canary(service=service, day=day, inner=json.dumps(inner), answer_tag=_tag(desk, service, words)))
    return inner


def prove(desk: Desk, service: str, kid: str, words: str) -> None:
    """Note that a key opened today's canary; raises Unopenable unless `words` are what is in it."""
    with transaction(desk.queue) as session:
        known = session.get(Canary, (service, epoch_of(desk.now())))
        if known is None or not hmac.compare_digest(known.answer_tag, _tag(desk, service, words)):
            raise Unopenable("those are not the words of today's canary")
        workers.life_of(session, kid).proved = hour(desk.now())


def open_canary(desk: Desk, service: str, private_key: EllipticCurvePrivateKey) -> None:
    """Open today's canary with a key and note that it did; raises Misdirected, Unopenable or NobodyToSealTo."""
    inner = todays_canary(desk, service)
    opened = unseal(inner, canary_id(epoch_of(desk.now())), service, private_key)
    prove(desk, service, Recipient.of(point(private_key.public_key())).kid, opened["canary"])


def unproved(desk: Desk, service: str) -> list[str]:
    """Return the names of the workers whose key has not opened today's canary; the recovery key is in its safe."""
    today = epoch_of(desk.now())
    with Session(desk.queue, future=True) as session:
        keys = [key for key in workers.approved_keys(session, service) if not key.recovery]
        lives = {key.kid: workers.find_life(session, key.kid) for key in keys}
    return [key.name for key in keys if not (life := lives[key.kid]) or life.proved is None or f"{life.proved:%Y-%m-%d}" < today]


def canary_id(day: str) -> str:
    """The id a day's canary is sealed for."""
    return f"canary-{day}"


def _tag(desk: Desk, service: str, words: str) -> str:
    return desk.keys.tag(f"canary/{service}", words)
