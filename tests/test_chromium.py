"""In a real browser: the call form is sealed before it leaves the page, and a worker's page opens what the server sealed."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask, Response, request
from werkzeug.serving import make_server

from tests.conftest import PASSPHRASE, ROOT
from webhook.handoff.envelope import Recipient, point, seal, to_text
from webhook.handoff.issue import padded
from webhook.handoff.keyfile import open_keyfile
from webhook.helpline.opening import open_request
from webhook.keys import Keys
from webhook.parts import Parts

SECONDS = 90
NUMBER, SENTENCE = "07700 900765", "the heron stood by the blue gate"


@pytest.fixture
def given() -> dict[str, Any]:
    """An envelope the server sealed, and the worker's key that opens it."""
    key = generate_private_key(SECP256R1())
    inner = seal({"her_word": "blåbell 🦋"}, "id-1", "demo-dudley", padded([Recipient.of(point(key.public_key()))], "demo-dudley", Keys(bytes(32))))
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    typed = {"number": NUMBER, "sentence": SENTENCE}
    return {
        "typed": typed,
        "inner": inner,
        "id": "id-1",
        "service": "demo-dudley",
        "private": to_text(raw),
        "public": to_text(point(key.public_key())),
    }


@pytest.fixture
def posted() -> list[bytes]:
    return []


@pytest.fixture
def found(app: Flask, keys: dict[str, Path], given: dict[str, Any], posted: list[bytes], tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What the page found out, driven in Chromium under the app's own security policy."""
    done, answer = threading.Event(), {}
    script = (ROOT / "tests/drive_seal.js").read_text()

    def finish() -> str:
        answer.update(json.loads(request.get_data()))
        done.set()
        return ""

    app.add_url_rule("/drive", endpoint="drive", view_func=lambda: '<!doctype html><title>t</title><script type="module" src="/drive.js"></script>')
    app.add_url_rule("/drive.js", endpoint="script", view_func=lambda: Response(script, mimetype="text/javascript"))
    app.add_url_rule("/given", view_func=lambda: given, endpoint="given")
    app.add_url_rule("/done", view_func=finish, methods=["POST"])
    app.before_request(lambda: posted.append(request.get_data() + request.full_path.encode()) if request.path.startswith("/callback") else None)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}")
    command = [shutil.which("chromium") or "", *flags, "--remote-debugging-port=0", f"http://127.0.0.1:{server.server_port}/drive"]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert done.wait(SECONDS), "the browser never finished"
        yield answer
    finally:
        browser.terminate()
        browser.wait(30)
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not here")
def test_the_form_is_sealed_in_the_page_and_a_workers_page_opens_what_the_server_sealed(
    found: dict[str, Any], linden: Parts, keys: dict[str, Path], posted: list[bytes]
) -> None:
    assert found["sent"] == {"wrong": False, "held": None, "valid": True, "status": 201, "receipt": found["sent"]["receipt"]}
    waiting = linden.desk.waiting()[0]
    assert linden.receipts.of(waiting.id) == found["sent"]["receipt"]
    opened = open_request(linden.desk, waiting.id, open_keyfile(keys["worker"], PASSPHRASE))
    assert (opened["number"], opened["her_word"], opened["channel"]) == ("+447700900765", SENTENCE, "web")
    assert len(posted) == 3, "the form, what is sealed with, the request"
    for secret in (NUMBER, "7700900765", "7700", SENTENCE, "heron"):
        assert secret.encode() not in b"\0".join(posted), "the server must learn nothing of it"
    assert found["read"]["opened"] == {"her_word": "blåbell 🦋"}
    assert "another id" in found["read"]["refused"]
