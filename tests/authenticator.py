"""A passkey authenticator in software, for tests without a browser: P-256, no attestation, any flags and origin it is told."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as b64

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class Authenticator:
    """One passkey; `verified` is whether it says that it saw a finger, a face or a PIN."""

    origin: str
    verified: bool = True
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cose
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": self._client("webauthn.create", options), "attestationObject": b64(attestation)})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        client = self._client("webauthn.get", options)
        data = self._data(options["rpId"])
        raw = json.dumps(self._said("webauthn.get", options)).encode()
        signature = self.key.sign(data + sha256(raw).digest(), ECDSA(SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": b64(data), "signature": b64(signature), "userHandle": None})

    def _data(self, rp_id: str, flags: int = 0) -> bytes:
        self.count += 1
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        return sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, options: dict[str, Any]) -> dict[str, Any]:
        return {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}

    def _client(self, kind: str, options: dict[str, Any]) -> str:
        return b64(json.dumps(self._said(kind, options)).encode())

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        identity = b64(self.credential_id)
        return {"id": identity, "rawId": identity, "type": "public-key", "response": response, "clientExtensionResults": {}}
