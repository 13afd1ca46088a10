"""What a drill does with backups: taken while people ask, brought back with the day's keys and without, and again when those are gone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy.orm import Session

from tests.conftest import PASSPHRASE
from tools.drill.desk import Helpline
from tools.drill.promises import Promise
from webhook.handoff import EnvelopeError, EpochKeyGone
from webhook.handoff.desk import Desk
from webhook.handoff.envelope import unseal
from webhook.handoff.keyfile import open_keyfile
from webhook.handoff.keyring import Keyring
from webhook.store.engine import open_queue
from webhook.store.models import CallbackRequest


@dataclass
class Copies:
    """The backup of a drill, and what waited when it was taken."""

    helpline: Helpline
    waiting: int = 0

    @property
    def folder(self) -> Path:
        """Where the backup is."""
        return self.helpline.stage.folder / "copy"

    def take(self) -> None:
        """Back up while the front door runs."""
        self.waiting = len(self.helpline.stage.linden.desk.waiting())
        self._run("backup", self.helpline.stage.folder / "var")

    def bring_back(self) -> None:
        """Restore on an empty machine: without the keyring nothing opens, with it everything that waited."""
        stage, ledger = self.helpline.stage, self.helpline.ledger
        desk = self._restored("restored")
        held = desk.waiting()
        keys = self._keys()
        ledger.hold(Promise.BACKED_UP, len(held) == self.waiting, f"{self.waiting} waited")
        for request in held:
            ledger.hold(Promise.NO_KEYRING, not opens(desk, request, keys))
        shutil.copytree(stage.folder / "var" / "keyring", stage.folder / "restored" / "keyring", dirs_exist_ok=True)
        for request in held:
            ledger.hold(Promise.BACKED_UP, opens(desk, request, keys))
        shutil.rmtree(stage.folder / "restored")

    def bring_back_late(self) -> None:
        """Restore once everything has ended and been deleted: with the keyring as it is now nothing opens, with any key there is."""
        desk = replace(self._restored("late"), keyring=self.helpline.stage.linden.desk.keyring)
        with Session(desk.queue, future=True) as session:
            records = list(session.query(CallbackRequest))
        keys = self._keys()
        for request in records:
            self.helpline.ledger.hold(Promise.SHREDDED, not opens(desk, request, keys), f"{len(keys)} keys tried on each")

    def _keys(self) -> list[EllipticCurvePrivateKey]:
        """Every key there is: the recovery keys, and those of all who worked here, also of who left."""
        return [open_keyfile(path, PASSPHRASE) for path in sorted(self.helpline.safe.glob("*.json"))]

    def _restored(self, name: str) -> Desk:
        """The desk over a restored backup, with no day keys."""
        stage = self.helpline.stage
        self._run("restore", stage.folder / name)
        var = stage.folder / name
        return replace(stage.linden.desk, queue=open_queue(f"sqlite:///{var / 'queue.db'}"), keyring=Keyring(var / "keyring"))

    def _run(self, verb: str, var: Path) -> None:
        env = {"LINDEN_VAR": str(var), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(self.helpline.stage.linden.config.root)}
        command = [sys.executable, "-W", "ignore", "-m", "tools.backup", verb, str(self.folder)]
        subprocess.run(command, cwd=self.helpline.stage.linden.config.root, env=env, check=True, capture_output=True)


def opens(desk: Desk, request: CallbackRequest, keys: list[EllipticCurvePrivateKey]) -> bool:
    """True when any of the keys opens a request."""
    for key in keys:
        try:
            unseal(desk.inner_of(request), request.id, request.service, key)
            return True
        except (EnvelopeError, EpochKeyGone):
            continue
    return False
