"""What a browser seals: opened by the same keys, only with what was issued, and the server never sees what is in it.

The JavaScript is the page's own, run by Node where it is there, and in Chromium (tests/test_chromium.py)."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask.testing import FlaskClient

from tests.conftest import PASSPHRASE, ROOT, Clock, add_keys
from webhook.handoff.envelope import Recipient, from_text, point, seal, to_text, unseal
from webhook.handoff.form import Filled, read_form
from webhook.handoff.issue import dummy, padded
from webhook.handoff.keyfile import open_keyfile
from webhook.handoff.services import load_services
from webhook.handoff.windows import offered
from webhook.helpline.opening import open_request
from webhook.keys import Keys
from webhook.parts import Parts
from webhook.store import workers
from webhook.store.engine import transaction

node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not here; users need none, and CI has it")
PLAIN = {"number": "+447700900123", "her_word": "bluebell", "name": 'Zoë 🦋 \u2028 "quoted"', "children": True}
RUN = "const given = JSON.parse(require('fs').readFileSync(0)); import('{module}').then(async (m) => console.log(JSON.stringify(await ({do})(m, given))));"
SEAL = "(m, given) => m.seal(given.plain, given.issued)"
UNSEAL = """async (m, given) => {
  const bytes = (text) => Buffer.from(text, 'base64url'), curve = { name: 'ECDH', namedCurve: 'P-256' };
  const privateKey = await crypto.subtle.importKey('pkcs8', bytes(given.private), curve, false, ['deriveBits']);
  const publicKey = await crypto.subtle.importKey('raw', bytes(given.public), curve, true, []);
  return m.unseal(given.inner, given.id, given.service, { privateKey, publicKey }).catch((error) => ({ refused: error.message }));
}"""
PLAIN_OF = """(m, given) => {
  const form = new FormData();
  given.fields.forEach(([name, value]) => form.append(name, value));
  return m.plainOf(form, given.area, given.windows);
}"""


def in_node(do: str, given: object, module: str = "seal.js") -> Any:
    script = RUN.replace("{module}", (ROOT / "webhook/static" / module).as_uri()).replace("{do}", do)
    ran = subprocess.run(["node", "-e", script], input=json.dumps(given), capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def issued_for(recipients: list[Recipient]) -> dict[str, Any]:
    return {"id": "id-1", "service": "demo-dudley", "recipients": [{"kid": r.kid, "public_key": to_text(r.public_key)} for r in recipients]}


# ---- both ways -------------------------------------------------------------------------------------------------------


@node
@pytest.mark.parametrize("workers_there", [1, 8, 9], ids=["one of 8", "8 of 8", "9 of 16"])
def test_what_the_browser_seals_the_server_opens_for_every_recipient(workers_there: int) -> None:
    keys = [generate_private_key(SECP256R1()) for _ in range(workers_there)]
    recipients = padded([Recipient.of(point(key.public_key())) for key in keys], "demo-dudley", Keys(bytes(32)))
    inner = in_node(SEAL, {"plain": PLAIN, "issued": issued_for(recipients)})
    for key in keys:
        assert unseal(inner, "id-1", "demo-dudley", key) == PLAIN
    assert len(inner["recipients"]) % 8 == 0


@node
@pytest.mark.parametrize("longest", [False, True], ids=["1,024 bytes", "4,096 bytes"])
def test_what_the_server_seals_the_browser_opens_with_a_key_it_cannot_export(longest: bool) -> None:
    key = generate_private_key(SECP256R1())
    plain = PLAIN | ({"name": "x" * 3_000} if longest else {})
    inner = seal(plain, "id-1", "demo-dudley", padded([Recipient.of(point(key.public_key()))], "demo-dudley", Keys(bytes(32))))
    raw = to_text(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    given = {"inner": inner, "id": "id-1", "service": "demo-dudley", "private": raw, "public": to_text(point(key.public_key()))}
    assert in_node(UNSEAL, given) == plain
    assert "another id" in in_node(UNSEAL, given | {"id": "id-2"})["refused"]
    assert "version 1" in in_node(UNSEAL, given | {"inner": inner | {"v": 2}})["refused"]
    flipped = ("B" if inner["body"][40] == "A" else "A").join((inner["body"][:40], inner["body"][41:]))
    assert "byte was changed" in in_node(UNSEAL, given | {"inner": inner | {"body": flipped}})["refused"]


@node
def test_the_browser_seals_the_same_fields_as_the_server(clock: Clock) -> None:
    service = load_services(ROOT, "demo")[0]
    windows = offered(service, clock())[:2]
    fields = [
        ("number", " +44 (0)7700 900 123"),
        ("name", " Sam "),
        ("her_word", "bluebell"),
        ("children", "yes"),
        ("danger_today", "yes"),
        ("if_answered", "wrong_number"),
        ("rings_back", "me"),
        *(("window", window.key) for window in windows),
    ]
    listed: dict[str, list[str]] = {}
    for name, value in fields:
        listed.setdefault(name, []).append(value)
    ours = read_form(Filled(listed), service, clock(), "web").sealed
    shown = [{"key": window.key, "label": window.label} for window in windows]
    assert in_node(PLAIN_OF, {"fields": fields, "area": service.area, "windows": shown}, "seal-form.js") == ours


# ---- what is issued, and what is refused -----------------------------------------------------------------------------


@pytest.fixture
def issued(client: FlaskClient, keys: dict[str, Path]) -> dict[str, Any]:
    return client.get("/callback/recipients?service=demo-dudley").get_json()


def sealed(issued: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the page posts, sealed here by the envelope's own code."""
    recipients = [Recipient.of(from_text(each["public_key"])) for each in issued["recipients"]]
    inner = seal(PLAIN, issued["id"], issued["service"], recipients)
    body = {"service": issued["service"], "key": "key-1", "window": [issued["windows"][0]["key"]], "inner": inner, "token": issued["token"]}
    return body | changes


def test_what_is_issued_is_as_the_contract_says(issued: dict[str, Any]) -> None:
    assert set(issued) == {"v", "suite", "id", "service", "area", "recipients", "windows", "token"}
    assert [set(each) for each in issued["recipients"]] == [{"kid", "public_key"}] * 8


def test_a_sealed_request_is_queued_and_opened_by_the_worker(
    client: FlaskClient, linden: Parts, issued: dict[str, Any], keys: dict[str, Path]
) -> None:
    answer = client.post("/callback", json=sealed(issued, danger_today="yes", interpreter="Polish"), headers={"Accept": "application/json"})
    assert answer.status_code == 201
    request = linden.desk.waiting()[0]
    assert (request.id, request.danger, request.under_18, request.booked) == (issued["id"], True, False, "interpreter: Polish")
    assert open_request(linden.desk, request.id, open_keyfile(keys["worker"], PASSPHRASE)) == PLAIN
    assert answer.get_json()["receipt"] == linden.receipts.of(request.id)


def test_the_same_key_gives_the_same_receipt_whatever_was_issued_since(client: FlaskClient, linden: Parts, issued: dict[str, Any]) -> None:
    first = client.post("/callback", json=sealed(issued), headers={"Accept": "application/json"}).get_json()
    later = client.get("/callback/recipients?service=demo-dudley").get_json()
    again = client.post("/callback", json=sealed(later), headers={"Accept": "application/json"}).get_json()
    assert first == again
    assert len(linden.desk.waiting()) == 1


def test_a_page_gets_its_receipt_as_a_page(client: FlaskClient, issued: dict[str, Any]) -> None:
    assert b"Your two words are" in client.post("/callback", json=sealed(issued)).data


@pytest.mark.parametrize(
    "changed",
    [{"token": "1.ab"}, {"token": "9999999999.ab"}, {"token": ""}, {"inner": {}}],
    ids=["old token", "forged token", "no token", "empty envelope"],
)
def test_a_token_we_did_not_make_is_refused(
    client: FlaskClient, linden: Parts, issued: dict[str, Any], changed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.post("/callback", json=sealed(issued) | changed)
    assert answer.status_code == 409
    assert "a sealed request was refused" in caplog.text
    assert b"0808 2000 247" in answer.data
    assert linden.desk.waiting() == []


@pytest.mark.parametrize("field", ["id", "service"])
def test_an_envelope_relabelled_is_refused(client: FlaskClient, linden: Parts, issued: dict[str, Any], field: str) -> None:
    body = sealed(issued)
    body["inner"][field] = "demo-walsall" if field == "service" else "f" * 32
    assert client.post("/callback", json=body).status_code == 409
    assert linden.desk.waiting() == []


def test_an_envelope_sealed_to_somebody_elses_key_is_refused(client: FlaskClient, linden: Parts, issued: dict[str, Any]) -> None:
    mine = Recipient.of(point(generate_private_key(SECP256R1()).public_key()))
    listed = [*issued["recipients"][:7], {"kid": mine.kid, "public_key": to_text(mine.public_key)}]
    swapped = issued | {"recipients": sorted(listed, key=lambda each: each["kid"])}
    assert client.post("/callback", json=sealed(swapped)).status_code == 409
    assert linden.desk.waiting() == []


def test_an_old_token_is_refused(client: FlaskClient, linden: Parts, issued: dict[str, Any], clock: Clock) -> None:
    body = sealed(issued)
    clock.forward(minutes=61)
    assert (
        client.post(
            "/callback", json=body | {"window": [client.get("/callback/recipients?service=demo-dudley").get_json()["windows"][2]["key"]]}
        ).status_code
        == 409
    )


def test_a_worker_who_left_since_gets_nothing(client: FlaskClient, linden: Parts, issued: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = add_keys(tmp_path / "second", linden, "demo-dudley")
    body = sealed(client.get("/callback/recipients?service=demo-dudley").get_json())
    kid = Recipient.of(point(open_keyfile(second["worker"], PASSPHRASE).public_key())).kid
    with transaction(linden.queue) as session:
        workers.find_key(session, kid).left = linden.now().replace(tzinfo=None)
    assert client.post("/callback", json=body).status_code == 409
    assert linden.desk.waiting() == []


def test_an_id_is_good_for_one_request(client: FlaskClient, linden: Parts, issued: dict[str, Any]) -> None:
    assert client.post("/callback", json=sealed(issued)).status_code == 201
    assert client.post("/callback", json=sealed(issued, key="key-2")).status_code == 409
    assert len(linden.desk.waiting()) == 1


@pytest.mark.parametrize("field", ["number", "name", "her_word"])
def test_a_detail_sent_in_the_clear_by_mistake_is_refused(client: FlaskClient, linden: Parts, issued: dict[str, Any], field: str) -> None:
    assert client.post("/callback", json=sealed(issued, **{field: "07700 900123"})).status_code == 409
    assert linden.desk.waiting() == []


def test_a_time_that_was_never_offered_is_refused_when_sealed_too(client: FlaskClient, linden: Parts, issued: dict[str, Any]) -> None:
    assert client.post("/callback", json=sealed(issued, window=["20261123T1201Z-20261123T1501Z"])).status_code == 422
    assert linden.desk.waiting() == []


def test_asking_often_does_not_tell_which_keys_are_real(client: FlaskClient, issued: dict[str, Any]) -> None:
    again = client.get("/callback/recipients?service=demo-dudley").get_json()
    assert again["recipients"] == issued["recipients"]
    assert again["id"] != issued["id"]


def test_a_dummy_is_a_point_of_the_curve_that_depends_on_the_secret_alone() -> None:
    assert dummy(b"a" * 32, "s/0") == dummy(b"a" * 32, "s/0")
    assert len({dummy(secret, name).kid for secret in (b"a" * 32, b"b" * 32) for name in ("s/0", "s/1")}) == 4


def test_nothing_is_issued_where_nobody_could_open_it(client: FlaskClient) -> None:
    answer = client.get("/callback/recipients?service=demo-dudley")
    assert answer.status_code == 503
    assert "0808 2000 247" in answer.get_json()["replies"][0]["text"]
    assert client.get("/callback/recipients?service=nowhere").status_code == 404
