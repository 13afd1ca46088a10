"""A worker's or recovery private key as a file: wrapped under a passphrase that no server ever sees.

AES-256-GCM under PBKDF2-HMAC-SHA256; 600,000 rounds is OWASP's figure for it (2023) and handoff.md's floor.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from webhook.handoff import KeyfileInvalid
from webhook.handoff.envelope import Recipient, point

VERSION = 1
ROUNDS = 600_000


def make_keyfile(path: Path, passphrase: str) -> Recipient:
    """Make a key pair, write the private half wrapped to `path` (0600, never over a file), and return the public half."""
    private_key = generate_private_key(SECP256R1())
    recipient = Recipient.of(point(private_key.public_key()))
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    raw = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    wrapped = AESGCM(_stretch(passphrase, salt, ROUNDS)).encrypt(nonce, raw, recipient.kid.encode())
    body = {"v": VERSION, "kid": recipient.kid, "rounds": ROUNDS} | {
        name: base64.b64encode(value).decode() for name, value in (("salt", salt), ("nonce", nonce), ("wrapped", wrapped))
    }
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyfileInvalid(f"{path} is there already; choose another name") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(body, file, indent=1)
    return recipient


def open_keyfile(path: Path, passphrase: str) -> EllipticCurvePrivateKey:
    """Return the private key in `path`; raises KeyfileInvalid."""
    try:
        body = json.loads(path.read_text("utf-8"))
        salt, nonce, wrapped = (base64.b64decode(body[name]) for name in ("salt", "nonce", "wrapped"))
        key = _stretch(passphrase, salt, int(body["rounds"]))
        private_key = load_der_private_key(AESGCM(key).decrypt(nonce, wrapped, body["kid"].encode()), None)
    except InvalidTag as error:
        raise KeyfileInvalid(f"the passphrase does not open {path}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyfileInvalid(f"{path} is not a key file") from error
    if not isinstance(private_key, EllipticCurvePrivateKey):
        raise KeyfileInvalid(f"{path} does not hold a P-256 key")
    return private_key


def _stretch(passphrase: str, salt: bytes, rounds: int) -> bytes:
    return PBKDF2HMAC(SHA256(), 32, salt, max(rounds, ROUNDS)).derive(passphrase.encode())
