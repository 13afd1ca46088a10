"""Envelope v1: a request sealed to every approved worker of one service and its recovery key, and to nobody else.

    plain  = JSON, padded with its length to exactly 1,024 or 4,096 bytes
    DEK    = 32 random bytes; body = nonce || AES-256-GCM(DEK, padded, aad = C("body"))
    wrap_i = HPKE.Seal(recipient_i, info = C("dek", kid_i), DEK)
    inner  = {v, suite, id, service, recipients, wraps, body}
    record = nonce || AES-256-GCM(epoch key, inner, aad = C("outer", epoch))
    C(x)   = "spoc-handoff/v1\\0" || canonical JSON {part, id, service, recipients[, kid | epoch]}

HPKE is RFC 9180 with P-256, HKDF-SHA256 and AES-256-GCM. Dummy recipients pad the list to a multiple of eight, so that it
does not tell how many workers there are (issue.py makes them; docs/decisions/0006). The outer layer's recipients are an empty
list: who they are is inside it, and bound again there by every wrap and the body. What is not protected: the clear columns beside a record,
its size class, and when it was made.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from webhook.handoff import Misdirected, NobodyToSealTo, TooLarge, UnknownFormat, Unopenable

VERSION = 1
SUITE_NAME = "HPKE-P256-HKDF-SHA256-AES256GCM"
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

SIZES = (1_024, 4_096)  # bytes of padded plain text
LENGTH_BYTES = 4
NONCE_BYTES = 12  # AES-GCM, NIST SP 800-38D
DEK_BYTES = 32
PADDED_TO = 8  # recipients, dummies included
WRAP_BYTES = 65 + DEK_BYTES + 16  # encapsulated point, wrapped key, tag
FIELDS = {"v", "suite", "id", "service", "recipients", "wraps", "body"}


@dataclass(frozen=True)
class Recipient:
    """A public key a request is sealed to, and its kid: the first 16 hex digits of the SHA-256 of its point."""

    kid: str
    public_key: bytes

    @classmethod
    def of(cls, public_key: bytes) -> Recipient:
        """Return the recipient of an uncompressed P-256 point of 65 bytes."""
        return cls(sha256(public_key).hexdigest()[:16], public_key)

    def as_json(self) -> dict[str, str]:
        """Return it as a browser gets it."""
        return {"kid": self.kid, "public_key": to_text(self.public_key)}


def seal(plain: dict[str, Any], record_id: str, service: str, recipients: list[Recipient]) -> dict[str, Any]:
    """Return the inner envelope of `plain` for `recipients`, the list as `issue.padded` gives it.

    Raises NobodyToSealTo, TooLarge, or UnknownFormat for a list that is not padded; never seals to fewer."""
    if not recipients:
        raise NobodyToSealTo("there is no key to seal to")
    kids = [each.kid for each in recipients]
    _check_kids(kids)
    padded = pad(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())
    dek = secrets.token_bytes(DEK_BYTES)
    wraps = [_wrap(each, dek, context("dek", record_id, service, kids, kid=each.kid)) for each in recipients]
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = nonce + AESGCM(dek).encrypt(nonce, padded, context("body", record_id, service, kids))
    head = {"v": VERSION, "suite": SUITE_NAME, "id": record_id, "service": service}
    return head | {"recipients": kids, "wraps": [to_text(wrap) for wrap in wraps], "body": to_text(body)}


def unseal(inner: dict[str, Any], record_id: str, service: str, private_key: EllipticCurvePrivateKey) -> dict[str, Any]:
    """Return what was sealed; raises UnknownFormat, Misdirected or Unopenable."""
    check(inner, record_id, service)
    kids: list[str] = inner["recipients"]
    kid = Recipient.of(point(private_key.public_key())).kid
    if kid not in kids:
        raise Misdirected("this key is not among the recipients")
    try:
        info = context("dek", record_id, service, kids, kid=kid)
        dek = SUITE.decrypt(from_text(inner["wraps"][kids.index(kid)]), private_key, info)
        body = from_text(inner["body"])
        padded = AESGCM(dek).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], context("body", record_id, service, kids))
    except (InvalidTag, ValueError) as error:
        raise Unopenable("the key is wrong or a byte was changed") from error
    opened: dict[str, Any] = json.loads(unpad(padded))
    return opened


def lock(inner: dict[str, Any], epoch: str, epoch_key: bytes) -> bytes:
    """Return the record of an inner envelope: the outer layer that only the day's key can take off."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(epoch_key).encrypt(nonce, canonical(inner), context("outer", inner["id"], inner["service"], [], epoch=epoch))


def unlock(record: bytes, record_id: str, service: str, epoch: str, epoch_key: bytes) -> dict[str, Any]:
    """Return the inner envelope of a record; raises Unopenable, UnknownFormat or Misdirected."""
    aad = context("outer", record_id, service, [], epoch=epoch)
    try:
        inner = json.loads(AESGCM(epoch_key).decrypt(record[:NONCE_BYTES], record[NONCE_BYTES:], aad))
    except (InvalidTag, ValueError) as error:
        raise Unopenable("the day's key, the id, the service or a byte is not the one it was locked with") from error
    check(inner, record_id, service)
    return dict(inner)


def check(inner: dict[str, Any], record_id: str, service: str) -> None:
    """Raise UnknownFormat unless `inner` is exactly a v1 envelope, and Misdirected unless it is for this record."""
    if set(inner) != FIELDS or inner["v"] != VERSION or inner["suite"] != SUITE_NAME:
        raise UnknownFormat("not an envelope of version 1")
    kids, wraps = inner["recipients"], inner["wraps"]
    if not (isinstance(kids, list) and isinstance(wraps, list) and len(kids) == len(wraps) and kids):
        raise UnknownFormat("recipients and wraps do not match")
    _check_kids(kids)
    if any(len(from_text(wrap)) != WRAP_BYTES for wrap in wraps):
        raise UnknownFormat("a wrapped key has the wrong length")
    if len(from_text(inner["body"])) not in {NONCE_BYTES + size + 16 for size in SIZES}:
        raise UnknownFormat("the body has the wrong length")
    if inner["id"] != record_id or inner["service"] != service:
        raise Misdirected("it was sealed for another id or service")


def context(part: str, record_id: str, service: str, recipients: list[str], **more: str) -> bytes:
    """The bytes that bind a part to its record: C(x) of the module's first lines."""
    return b"spoc-handoff/v1\0" + canonical({"part": part, "id": record_id, "service": service, "recipients": recipients} | more)


def canonical(value: dict[str, Any]) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def pad(plain: bytes) -> bytes:
    """Return `plain` with its length before it, padded to the smallest size it fits; raises TooLarge."""
    for size in SIZES:
        if len(plain) + LENGTH_BYTES <= size:
            return len(plain).to_bytes(LENGTH_BYTES, "big") + plain + bytes(size - LENGTH_BYTES - len(plain))
    raise TooLarge(f"a request may hold {SIZES[-1] - LENGTH_BYTES} bytes")


def unpad(padded: bytes) -> bytes:
    """Return what `pad` was given; raises UnknownFormat when the length is not possible."""
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    if len(padded) not in SIZES or length > len(padded) - LENGTH_BYTES:
        raise UnknownFormat("the padding is not valid")
    return padded[LENGTH_BYTES : LENGTH_BYTES + length]


def point(public_key: EllipticCurvePublicKey) -> bytes:
    """The uncompressed point of a public key, 65 bytes."""
    return public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def to_text(value: bytes) -> str:
    """Bytes as they stand in JSON: base64 in the alphabet for addresses, with its padding."""
    return base64.urlsafe_b64encode(value).decode()


def from_text(value: Any) -> bytes:
    """The bytes of `to_text`; raises UnknownFormat."""
    try:
        return base64.b64decode(value, altchars=b"-_", validate=True)
    except (ValueError, TypeError) as error:
        raise UnknownFormat("not base64") from error


def _check_kids(kids: list[Any]) -> None:
    """Raise UnknownFormat unless the list is padded and in order, which is how every envelope lists its recipients."""
    if len(kids) % PADDED_TO or not all(isinstance(kid, str) for kid in kids) or kids != sorted(set(kids)):
        raise UnknownFormat("the recipients are not a padded, sorted list")


def _wrap(recipient: Recipient, dek: bytes, info: bytes) -> bytes:
    return SUITE.encrypt(dek, EllipticCurvePublicKey.from_encoded_point(SECP256R1(), recipient.public_key), info)
