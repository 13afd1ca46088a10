"""Envelope v1: opened by the approved keys and nothing else; anything swapped or changed is refused by name."""

import base64
import json
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key, generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hpke_reference import open_base
from webhook.handoff import EnvelopeError, Misdirected, NobodyToSealTo, TooLarge, UnknownFormat, Unopenable
from webhook.handoff.envelope import SIZES, SUITE, Recipient, lock, pad, point, seal, unlock, unpad, unseal
from webhook.handoff.issue import padded
from webhook.keys import Keys

PLAIN = {"number": "+447700900123", "her_word": "the phrase nobody else says"}
EPOCH, EPOCH_KEY = "2026-11-23", bytes(range(32))


@pytest.fixture(scope="module")
def worker() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@pytest.fixture(scope="module")
def recovery() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@pytest.fixture
def inner(worker: EllipticCurvePrivateKey, recovery: EllipticCurvePrivateKey) -> dict:
    return seal(PLAIN, "id-1", "demo-dudley", everyone(worker, recovery))


def everyone(*keys: EllipticCurvePrivateKey) -> list[Recipient]:
    return padded([Recipient.of(point(key.public_key())) for key in keys], "demo-dudley", Keys(bytes(32)))


def test_the_worker_and_the_recovery_key_open_it(inner: dict, worker: EllipticCurvePrivateKey, recovery: EllipticCurvePrivateKey) -> None:
    assert unseal(inner, "id-1", "demo-dudley", worker) == PLAIN
    assert unseal(inner, "id-1", "demo-dudley", recovery) == PLAIN


def test_no_other_key_opens_it(inner: dict) -> None:
    with pytest.raises(Misdirected, match="not among the recipients"):
        unseal(inner, "id-1", "demo-dudley", generate_private_key(SECP256R1()))


def test_the_number_of_workers_does_not_show(worker: EllipticCurvePrivateKey) -> None:
    one = seal(PLAIN, "i", "s", everyone(worker))
    many = everyone(*(generate_private_key(SECP256R1()) for _ in range(7)))
    assert len(one["recipients"]) == len(seal(PLAIN, "i", "s", many)["recipients"]) == 8
    assert len({len(wrap) for wrap in one["wraps"]}) == 1


def test_nobody_to_seal_to_is_refused() -> None:
    with pytest.raises(NobodyToSealTo):
        seal(PLAIN, "i", "s", [])


def test_a_list_that_would_show_how_many_workers_there_are_is_refused(worker: EllipticCurvePrivateKey) -> None:
    for listed in (everyone(worker)[:3], everyone(worker)[::-1]):
        with pytest.raises(UnknownFormat, match="padded"):
            seal(PLAIN, "i", "s", listed)


@pytest.mark.parametrize(("field", "value"), [("id", "id-2"), ("service", "demo-walsall")])
def test_an_envelope_for_another_record_is_refused(inner: dict, worker: EllipticCurvePrivateKey, field: str, value: str) -> None:
    with pytest.raises(Misdirected, match="another id or service"):
        unseal(inner | {field: value}, "id-1", "demo-dudley", worker)


@pytest.mark.parametrize(("record_id", "service"), [("id-2", "demo-dudley"), ("id-1", "demo-walsall")])
def test_a_relabelled_envelope_does_not_open(inner: dict, worker: EllipticCurvePrivateKey, record_id: str, service: str) -> None:
    with pytest.raises(Unopenable):
        unseal(inner | {"id": record_id, "service": service}, record_id, service, worker)


def test_a_changed_list_of_recipients_does_not_open(inner: dict, worker: EllipticCurvePrivateKey) -> None:
    kid = Recipient.of(point(worker.public_key())).kid
    place = next(i for i, each in enumerate(inner["recipients"]) if each != kid)
    swapped = [each if i != place else each[:-1] + ("0" if each[-1] != "0" else "1") for i, each in enumerate(inner["recipients"])]
    with pytest.raises(EnvelopeError):
        unseal(inner | {"recipients": swapped}, "id-1", "demo-dudley", worker)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"suite": "HPKE-X25519"},
        {"extra": 1},
        {"wraps": []},
        {"recipients": ["b", "a"]},
        {"body": "!!"},
        {"body": base64.urlsafe_b64encode(b"short").decode()},
    ],
)
def test_an_unknown_shape_is_refused(inner: dict, worker: EllipticCurvePrivateKey, change: dict) -> None:
    with pytest.raises(UnknownFormat):
        unseal(inner | change, "id-1", "demo-dudley", worker)


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 0.999), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_in_the_record_is_noticed(place: float, bit: int) -> None:
    record = bytearray(_record())
    record[int(place * len(record))] ^= 1 << bit
    with pytest.raises(Unopenable):
        unlock(bytes(record), "id-1", "demo-dudley", EPOCH, EPOCH_KEY)


@pytest.mark.parametrize(
    ("record_id", "service", "epoch", "key"),
    [
        ("id-2", "demo-dudley", EPOCH, EPOCH_KEY),
        ("id-1", "demo-walsall", EPOCH, EPOCH_KEY),
        ("id-1", "demo-dudley", "2026-11-24", EPOCH_KEY),
        ("id-1", "demo-dudley", EPOCH, bytes(32)),
    ],
)
def test_the_outer_layer_is_bound_to_id_service_day_and_key(record_id: str, service: str, epoch: str, key: bytes) -> None:
    with pytest.raises(Unopenable):
        unlock(_record(), record_id, service, epoch, key)


def test_nothing_of_the_plain_text_is_in_the_record() -> None:
    record = _record()
    assert b"7700900123" not in record
    assert b"phrase" not in record


@pytest.mark.parametrize("size", [0, 1, SIZES[0] - 4, SIZES[0] - 3, SIZES[1] - 4])
def test_padding_has_two_sizes_only(size: int) -> None:
    padded = pad(b"x" * size)
    assert len(padded) == (SIZES[0] if size <= SIZES[0] - 4 else SIZES[1])
    assert unpad(padded) == b"x" * size


def test_more_than_fits_is_refused() -> None:
    with pytest.raises(TooLarge):
        pad(b"x" * (SIZES[1] - 3))


def test_impossible_padding_is_refused() -> None:
    with pytest.raises(UnknownFormat):
        unpad(b"\xff" * SIZES[0])


def test_a_second_reading_of_rfc_9180_passes_its_vectors_and_opens_what_we_seal() -> None:
    """The library has no aad and the published vectors do, so a reference reading stands between them."""
    path = Path(cryptography_vectors.__file__).parent / "HPKE" / "test-vectors.json"
    ours = [v for v in json.loads(path.read_text()) if (v["mode"], v["kem_id"], v["kdf_id"], v["aead_id"]) == (0, 0x10, 1, 2)]
    assert ours
    for vector in ours:
        key = derive_private_key(int(vector["skRm"], 16), SECP256R1())
        first = vector["encryptions"][0]
        sealed, info, aad = (bytes.fromhex(each) for each in (vector["enc"] + first["ct"], vector["info"], first["aad"]))
        assert open_base(key, sealed, info, aad) == bytes.fromhex(first["pt"])
        mine = SUITE.encrypt(b"thirty-two bytes of key material", key.public_key(), info)
        assert open_base(key, mine, info, b"") == b"thirty-two bytes of key material"


def _record() -> bytes:
    key = derive_private_key(1234567, SECP256R1())
    return lock(seal(PLAIN, "id-1", "demo-dudley", everyone(key)), EPOCH, EPOCH_KEY)
