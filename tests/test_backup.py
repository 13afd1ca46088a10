"""A backup is taken while Linden works, put back on an empty machine, and opens; without the keyring it is noise."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PASSPHRASE, ROOT, Clock, Scripted, add_keys, make_app
from tests.engines import Postgres
from tests.test_desk import wanted
from tools.prepare import main as prepare
from webhook.handoff import EpochKeyGone
from webhook.handoff.keyfile import open_keyfile
from webhook.helpline.opening import open_request
from webhook.parts import NAME, Parts


def run(verb: str, folder: Path, **env: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tools.backup", verb, str(folder)]
    return subprocess.run(command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=False)


@pytest.mark.fault(16)
@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_what_was_backed_up_opens_on_an_empty_machine_that_has_the_keyring(
    where: str, tmp_path: Path, scripted: Scripted, clock: Clock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, record_property
) -> None:
    env, old, new = {}, tmp_path / "old", tmp_path / "new"
    old.mkdir()
    if where == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        env = {"DATABASE_URL": server.url}
        monkeypatch.setenv("DATABASE_URL", server.url)
        monkeypatch.setenv("LINDEN_VAR", str(old))
        monkeypatch.chdir(ROOT)
        prepare()
    linden: Parts = make_app(old, scripted, clock, **env).extensions[NAME]
    keys = add_keys(tmp_path, linden, "demo-dudley")
    receipt = linden.desk.submit(wanted(clock), "key-1")
    done = run("backup", tmp_path / "copy", LINDEN_VAR=str(old), **env)
    assert done.returncode == 0, done.stderr
    assert not any("keyring" in str(path) for path in (tmp_path / "copy").rglob("*"))
    if where == "postgresql":
        linden.queue.dispose()
        server.empty()
    started = time.monotonic()
    done = run("restore", tmp_path / "copy", LINDEN_VAR=str(new), **env)
    took = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    again: Parts = make_app(new, scripted, clock, **env).extensions[NAME]
    request_id = again.desk.waiting()[0].id
    with pytest.raises(EpochKeyGone):
        open_request(again.desk, request_id, open_keyfile(keys["worker"], PASSPHRASE))
    shutil.copytree(old / "keyring", new / "keyring", dirs_exist_ok=True)
    assert open_request(again.desk, request_id, open_keyfile(keys["worker"], PASSPHRASE))["number"] == "+447700900123"
    assert again.receipts.of(request_id) == receipt
    record_property("size", f"{where}: restored on an empty machine in {took:.1f} s; opens with the keyring, not without")


def test_a_damaged_backup_and_one_over_a_living_queue_are_refused_in_one_sentence(tmp_path: Path, scripted: Scripted, clock: Clock) -> None:
    old, copy = tmp_path / "old", tmp_path / "copy"
    old.mkdir()
    make_app(old, scripted, clock)
    assert run("backup", copy, LINDEN_VAR=str(old)).returncode == 0
    over = run("restore", copy, LINDEN_VAR=str(old))
    (copy / "queue.db").write_bytes((copy / "queue.db").read_bytes()[:-1] + b"x")
    damaged = run("restore", copy, LINDEN_VAR=str(tmp_path / "new"))
    assert (over.returncode, damaged.returncode) == (2, 2)
    assert "is there already" in over.stderr
    assert "is damaged" in damaged.stderr
    assert over.stderr.count("\n") == damaged.stderr.count("\n") == 1
