"""What could move is told apart from what could not, and what CI runs beside the tests is there."""

import subprocess

from tests.conftest import ROOT
from tools.outdated import differences, locked

LOCKS = {name: (ROOT / "requirements" / f"{name}.txt").read_text("utf-8") for name in ("run", "dev", "checks")}


def test_a_lock_is_read_whole() -> None:
    assert locked("a==1.0 \\\n    --hash=sha256:00\nb-c==2 ; sys_platform == 'linux'\n") == {"a": "1.0", "b-c": "2"}
    assert all(len(locked(lock)) == sum("==" in line.split(";")[0] for line in lock.splitlines()) for lock in LOCKS.values())
    assert locked(LOCKS["run"])["rasa"] == "3.6.21"


def test_every_package_of_every_lock_has_its_hashes() -> None:
    for lock in LOCKS.values():
        assert all("--hash=sha256:" in entry for entry in lock.replace("\\\n", "").splitlines() if "==" in entry)


def test_what_moves_comes_and_goes_is_said() -> None:
    assert differences({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"}) == ["b  1 → 2", "c  1 → (gone)", "d  (not there) → 1"]


def test_ci_calls_targets_that_exist() -> None:
    steps = [line.split()[1:] for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines() if line.startswith("make ")]
    assert ["recipes", "sbom"] in steps
    for step in steps:
        targets = [word for word in step if word.isalpha()][: 2 if "||" not in step else 1]
        subprocess.run(["make", "-n", *targets], cwd=ROOT, check=True, capture_output=True)
