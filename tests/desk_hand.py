"""People at the desk for tests: enrolled through the real pages with a software passkey and a key of their own."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.authenticator import Authenticator
from tests.conftest import PASSPHRASE
from webhook.handoff.desk import naive
from webhook.handoff.envelope import unseal
from webhook.handoff.keyfile import make_keyfile, open_keyfile
from webhook.helpline import enrolment
from webhook.helpline.roles import Role
from webhook.parts import NAME, Parts
from webhook.store import workers
from webhook.store.engine import transaction

HOST, ORIGIN = "localhost:8080", "http://localhost:8080"


@cache
def wrapped_key(name: str) -> tuple[str, str]:
    """A key pair for a name, wrapped once for all tests: stretching a passphrase takes a good part of a second."""
    with TemporaryDirectory() as folder:
        made = make_keyfile(Path(folder) / name, PASSPHRASE)
        return base64.b64encode(made.public_key).decode(), (Path(folder) / name).read_text()


@cache
def private_key(name: str) -> EllipticCurvePrivateKey:
    """The private half of `wrapped_key`."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(wrapped_key(name)[1])
        return open_keyfile(path, PASSPHRASE)


@dataclass
class Hand:
    """Somebody at the desk: their own browser, passkey and key."""

    app: Flask
    name: str
    folder: Path
    service: str = "demo-dudley"
    client: FlaskClient = field(init=False)
    passkey: Authenticator = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.client, self.passkey = self.app.test_client(), Authenticator(ORIGIN)

    @property
    def linden(self) -> Parts:
        return self.app.extensions[NAME]

    @property
    def keyfile(self) -> Path:
        return self.folder / f"{self.name}.json"

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/helpline/{path}", headers={"Host": HOST, "Accept": "application/json"} | headers)

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        sent = {"Host": HOST, "Origin": ORIGIN, "X-Helpline-Token": self.token, "Accept": "application/json"} | headers
        return self.client.post(f"/helpline/{path}", json=body or {}, headers={name: value for name, value in sent.items() if value})

    def enrol(self, role: Role = Role.WORKER, *, approved: bool = True) -> Hand:
        """Enrol from a link; `approved` as the recovery holder would approve."""
        link = enrolment.invite(self.linden, self.name, self.service, role)
        begun = self.post("enrol/begin", {"token": link}).get_json()
        answer = self.post("enrol/finish", {"token": link, "credential": self.passkey.create(begun["options"]), "key": self.make_key()})
        assert answer.status_code == 200, answer.get_json()
        if approved:
            self.approve()
        self.token = self.get("me").get_json()["token"]
        return self

    def make_key(self) -> dict[str, Any]:
        """A key pair and its wrapped file, as the browser posts them."""
        public_key, wrapped = wrapped_key(self.name)
        self.keyfile.write_text(wrapped)
        return {"public_key": public_key, "keyfile": json.loads(wrapped)}

    def approve(self) -> None:
        with transaction(self.linden.queue) as session:
            for key in workers.find_by_name(session, self.name, self.service):
                key.approved = naive(self.linden.now())

    def sign_in(self) -> TestResponse:
        options = self.post("sign-in/begin").get_json()
        answer = self.post("sign-in/finish", {"credential": self.passkey.get(options)})
        if answer.status_code == 200:
            self.token = self.get("me").get_json()["token"]
        return answer

    def kid(self) -> str:
        return str(json.loads(self.keyfile.read_text())["kid"])

    def read(self, inner: dict[str, Any]) -> dict[str, Any]:
        """Open an inner envelope as her browser would."""
        return unseal(inner, inner["id"], inner["service"], private_key(self.name))
