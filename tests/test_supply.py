"""The bill of materials says what the lock says, and what could move is told apart from what could not."""

import re

from tests.conftest import ROOT
from tools.outdated import differences
from tools.sbom import Pin, bill, read_lock

LOCK = (ROOT / "requirements" / "run.txt").read_text("utf-8")


def test_the_bill_names_every_package_of_the_lock_with_its_hashes() -> None:
    pins = read_lock(LOCK)
    assert len(pins) == len(re.findall(r"^\S+==", LOCK, re.M))
    assert sum(len(pin.hashes) for pin in pins) == LOCK.count("--hash=sha256:")
    made = bill(pins)
    assert made["specVersion"] == "1.5"
    assert {part["name"] for part in made["components"]} >= {"rasa", "flask", "cryptography", "redis"}
    rasa = next(part for part in made["components"] if part["name"] == "rasa")
    assert rasa["purl"] == "pkg:pypi/rasa@3.6.21"


def test_a_lock_is_read_with_its_hashes() -> None:
    text = f"a==1.0 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\nb-c==2 ; sys_platform == 'linux'\n"
    assert read_lock(text) == [Pin("a", "1.0", ("0" * 64, "1" * 64)), Pin("b-c", "2", ())]


def test_what_moves_comes_and_goes_is_said() -> None:
    assert differences({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"}) == ["b  1 → 2", "c  1 → (gone)", "d  (not there) → 1"]
