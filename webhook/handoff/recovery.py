"""Recovery: when workers' keys are lost, the holder of the offline recovery key seals what waits to the keys of today."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy.orm import Session

from webhook.handoff import EnvelopeError, EpochKeyGone, NotYours
from webhook.handoff.desk import Desk
from webhook.handoff.envelope import Recipient, point, seal, unseal
from webhook.handoff.issue import padded
from webhook.store import workers
from webhook.store.models import CallbackRequest


@dataclass(frozen=True)
class Recovered:
    """The ids of the requests that were opened and sealed anew, and of those that could not be opened."""

    done: list[str]
    failed: list[str]


def recover(desk: Desk, service: str, private_key: EllipticCurvePrivateKey, *, rehearse: bool) -> Recovered:
    """Open every waiting request of a service with its recovery key and seal it to today's keys; nothing is shown or kept.

    A rehearsal does all of it but the writing. Raises NotYours or NobodyToSealTo."""
    check_recovery_key(desk, service, private_key)
    recipients = padded(desk.recipients(service), service, desk.keys)
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


def _reseal(desk: Desk, request: CallbackRequest, recipients: list[Recipient], key: EllipticCurvePrivateKey, *, rehearse: bool) -> None:
    inner = seal(desk.unseal(request, key), request.id, request.service, recipients)
    unseal(inner, request.id, request.service, key)
    if not rehearse:
        desk.rewrap(request.id, inner, "recovery")
