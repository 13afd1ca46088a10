"""A second, plain reading of RFC 9180 (base mode, P-256, HKDF-SHA256, AES-256-GCM), to check the library against."""

from __future__ import annotations

import hmac
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEM_SUITE = b"KEM" + (0x10).to_bytes(2, "big")
SUITE = b"HPKE" + (0x10).to_bytes(2, "big") + (1).to_bytes(2, "big") + (2).to_bytes(2, "big")


def extract(salt: bytes, key: bytes) -> bytes:
    return hmac.new(salt or bytes(32), key, sha256).digest()


def expand(key: bytes, info: bytes, length: int) -> bytes:
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([counter]), sha256).digest()
        out, counter = out + block, counter + 1
    return out[:length]


def labelled_extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
    return extract(salt, b"HPKE-v1" + suite + label + key)


def labelled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)


def open_base(private_key: EllipticCurvePrivateKey, sealed: bytes, info: bytes, aad: bytes) -> bytes:
    """Open `enc || ciphertext` as the first message of a context."""
    enc, ciphertext = sealed[:65], sealed[65:]
    own = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = private_key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), enc))
    prk = labelled_extract(KEM_SUITE, b"", b"eae_prk", shared)
    secret = labelled_expand(KEM_SUITE, prk, b"shared_secret", enc + own, 32)
    context = b"\0" + labelled_extract(SUITE, b"", b"psk_id_hash", b"") + labelled_extract(SUITE, b"", b"info_hash", info)
    schedule = labelled_extract(SUITE, secret, b"secret", b"")
    key, nonce = (labelled_expand(SUITE, schedule, label, context, size) for label, size in ((b"key", 32), (b"base_nonce", 12)))
    return AESGCM(key).decrypt(nonce, ciphertext, aad)
