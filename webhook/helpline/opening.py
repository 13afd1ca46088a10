"""Opens a request with a key file, by the rules of the desk: for workers made by command, and the recovery holder."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy.orm import Session

from webhook.handoff import NotYours
from webhook.handoff.casework import Caller, Casework
from webhook.handoff.desk import Desk
from webhook.handoff.envelope import Recipient, point, unseal
from webhook.helpline.roles import LEADS
from webhook.store import staff, workers


def open_request(desk: Desk, request_id: str, private_key: EllipticCurvePrivateKey) -> dict[str, Any]:
    """Claim a request and open it as a colleague's browser would; see `Casework.claim` and `release` for what is refused.

    Raises NotYours as well when the key is not an approved one, and Unopenable."""
    caller, work = _caller(desk, private_key), Casework(desk)
    work.claim(caller, request_id)
    return unseal(work.release(caller, request_id), request_id, caller.service, private_key)


def _caller(desk: Desk, private_key: EllipticCurvePrivateKey) -> Caller:
    """Whose key it is; a lead is one only by their role at the desk."""
    with Session(desk.queue, future=True) as session:
        key = workers.find_key(session, Recipient.of(point(private_key.public_key())).kid)
        if key is None or key.approved is None or key.left is not None:
            raise NotYours("this key is not an approved key of a helpline")
        person = staff.find_by_name(session, key.service, key.name)
        return Caller(key.name, key.service, frozenset({key.kid}), lead=person is not None and person.role in LEADS)
