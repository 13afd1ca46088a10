"""What a browser is given to seal with: an id, the padded list of keys, and a token that only this server can have made.

The list is the same each time it is asked for until a worker joins or leaves, so that asking often tells nobody which
keys are real: a dummy is a point of the curve found by hashing, and nobody knows its private half, we least of all.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from webhook.handoff import Misdirected
from webhook.handoff.envelope import PADDED_TO, SUITE_NAME, VERSION, Recipient, canonical, check, point
from webhook.keys import Keys

GOOD_FOR = timedelta(hours=1)  # the list is fetched when the form is sent; an hour allows for a slow line


@dataclass(frozen=True)
class Issued:
    """An id, a service and the padded list of recipients a request must be sealed with, until `expires` (Unix seconds)."""

    id: str
    service: str
    recipients: list[Recipient]
    expires: int

    def token(self, keys: Keys) -> str:
        """Return the token that binds all of it: the time it is good until, and a keyed hash."""
        bound = {"id": self.id, "service": self.service, "recipients": [each.kid for each in self.recipients], "expires": self.expires}
        return f"{self.expires}.{keys.tag('handoff/issued', canonical(bound).decode())}"

    def as_json(self, keys: Keys) -> dict[str, Any]:
        """Return it as the browser gets it (architecture.md)."""
        head = {"v": VERSION, "suite": SUITE_NAME, "id": self.id, "service": self.service}
        return head | {"recipients": [each.as_json() for each in self.recipients], "token": self.token(keys)}


def expires_at(now: datetime) -> int:
    """When a list issued at `now` is no longer good, in Unix seconds."""
    return int((now + GOOD_FOR).timestamp())


def check_issued(inner: dict[str, Any], token: str, recipients: list[Recipient], keys: Keys, now: datetime) -> None:
    """Raise UnknownFormat or Misdirected unless `inner` is sealed with what was issued, and that still holds.

    `recipients` is the service's list as it is now: a worker who left after the list was issued gets nothing."""
    record_id, service = str(inner.get("id")), str(inner.get("service"))
    check(inner, record_id, service)
    until, _, _ = token.partition(".")
    if not until.isdecimal() or int(until) < now.timestamp():
        raise Misdirected("the token is too old")
    issued = Issued(record_id, service, recipients, int(until))
    if not hmac.compare_digest(issued.token(keys).encode(), token.encode()):
        raise Misdirected("the id, the service or the recipients are not the ones that were issued")
    if inner["recipients"] != [each.kid for each in recipients]:
        raise Misdirected("it is sealed to other recipients than were issued")


def padded(recipients: list[Recipient], service: str, keys: Keys) -> list[Recipient]:
    """Return the recipients with dummies up to a multiple of eight, in the order of their kids."""
    secret = keys.derive("handoff/dummies")
    missing = -len(recipients) % PADDED_TO
    return sorted([*recipients, *(dummy(secret, f"{service}/{i}") for i in range(missing))], key=lambda each: each.kid)


def dummy(secret: bytes, name: str) -> Recipient:
    """Return a recipient that nobody can open for, the same each time: the first point of the curve that hashing finds.

    About every second try is a point; its logarithm, which would be the private key, is unknown to everyone."""
    tries = 0
    while True:
        x = hmac.digest(secret, f"{name}/{tries}".encode(), "sha256")
        try:
            return Recipient.of(point(EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b"\x02" + x)))
        except ValueError:
            tries += 1
