"""Killed with signal 9 two hundred times while writing: every request that was acknowledged is there once, and opens."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy.orm import Session

from tests.conftest import NOON, PASSPHRASE, ROOT
from tests.killed_writer import open_desk
from webhook.handoff.keyfile import make_keyfile, open_keyfile
from webhook.store import workers
from webhook.store.engine import transaction
from webhook.store.models import CallbackRequest

TIMES = 200


def test_every_acknowledged_request_is_there_once_and_opens(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    for name in ("worker", "recovery"):
        made = make_keyfile(tmp_path / f"{name}.json", PASSPHRASE)
        with transaction(desk.queue) as session:
            workers.add_key(
                session, kid=made.kid, service="demo-dudley", name=name, public_key=made.public_key, recovery=name == "recovery",
                approved=NOON.replace(tzinfo=None),
            )  # fmt: skip
    command = [sys.executable, "-m", "tests.killed_writer", str(tmp_path), str(TIMES)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    acknowledged = dict(line.split() for line in ran.stdout.splitlines())
    assert len(acknowledged) >= TIMES, "each one killed had kept at least one"
    private_key = open_keyfile(tmp_path / "worker.json", PASSPHRASE)
    with Session(desk.queue, future=True) as session:
        kept = session.query(CallbackRequest).all()
    assert {request.key_tag for request in kept} >= {desk.keys.tag("callback/key", key) for key in acknowledged}
    assert {desk.receipts.of(request.id) for request in kept} >= set(acknowledged.values())
    assert len(kept) == len({request.key_tag for request in kept})
    assert all(desk.unseal(request, private_key)["number"] == "+447700900123" for request in kept)
    assert len(kept) - len(acknowledged) <= TIMES, "at most the one being written each time was not acknowledged"
