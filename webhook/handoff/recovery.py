"""Recovery: when workers' keys are lost, the holder of the offline recovery key seals what waits to the keys of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy.orm import Session

from webhook.handoff import EnvelopeError, EpochKeyGone, Misdirected, NoSuchRecord, NotYours
from webhook.handoff.desk import Desk
from webhook.handoff.envelope import Recipient, check, lock, point, seal, unseal
from webhook.store import requests, workers
from webhook.store.engine import transaction
from webhook.store.models import CallbackRequest
from webhook.store.records import replace_unless_ended


@dataclass(frozen=True)
class Recovered:
    """The ids of the requests that were opened and sealed anew, and of those that could not be opened."""

    done: list[str]
    failed: list[str]


def recover(desk: Desk, service: str, private_key: EllipticCurvePrivateKey, *, rehearse: bool) -> Recovered:
    """Open every waiting request of a service with its recovery key and seal it to today's keys; nothing is shown or kept.

    A rehearsal does all of it but the writing. Raises NotYours or NobodyToSealTo."""
    check_recovery_key(desk, service, private_key)
    recipients = desk.everyone(service)
    done, failed = [], []
    for request in desk.waiting(service):
        try:
            _reseal(desk, request, recipients, private_key, rehearse=rehearse)
            done.append(request.id)
        except (EnvelopeError, EpochKeyGone):
            failed.append(request.id)
    return Recovered(done, failed)


def check_recovery_key(desk: Desk, service: str, private_key: EllipticCurvePrivateKey) -> None:
    """Raise NotYours unless this is the recovery key of the service."""
    with Session(desk.queue, future=True) as session:
        held = workers.find_key(session, Recipient.of(point(private_key.public_key())).kid)
        if held is None or not held.recovery or held.left is not None or held.service != service:
            raise NotYours(f"that is not the recovery key of {service}")


def rewrap(desk: Desk, request_id: str, inner: dict[str, Any], who: str) -> None:
    """Put an envelope sealed anew in the place of the one a request has, and note who did; what has ended stays as it is.

    Raises NoSuchRecord, NobodyToSealTo, UnknownFormat, or Misdirected unless it is sealed to the keys of today."""
    with transaction(desk.queue) as session:
        request = requests.find_request(session, request_id)
        if request is None or request.state == "ended":
            raise NoSuchRecord("no request with that id is waiting")
        check(inner, request_id, request.service)
        if inner["recipients"] != [each.kid for each in desk.everyone_in(session, request.service)]:
            raise Misdirected("it is not sealed to the keys of today")
        record = lock(inner, request.epoch, desk.keyring.get(request.epoch))
        replace_unless_ended(session, request_id, record)
        desk.note_down(session, request.service, who, request_id, "rewrap")


def _reseal(desk: Desk, request: CallbackRequest, recipients: list[Recipient], key: EllipticCurvePrivateKey, *, rehearse: bool) -> None:
    plain = unseal(desk.inner_of(request), request.id, request.service, key)
    inner = seal(plain, request.id, request.service, recipients)
    unseal(inner, request.id, request.service, key)
    if not rehearse:
        rewrap(desk, request.id, inner, "recovery")
