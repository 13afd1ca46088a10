"""The table of docs/handoff.md names tests that are there."""

import re

import pytest

from tests.conftest import ROOT

ROWS = [line for line in (ROOT / "docs/handoff.md").read_text("utf-8").splitlines() if line.startswith("| ") and "test_" in line]
NAMED = re.compile(r"`(?:((?:browser/)?test_\w+\.py)(?:::)?)?(test_\w+)?`")


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip() for row in ROWS])
def test_every_test_that_is_named_is_there(row: str) -> None:
    source = ""
    for module, name in NAMED.findall(row):
        source = (ROOT / "tests" / module).read_text("utf-8") if module else source
        assert f"def {name}(" in source or not name, name


def test_the_table_is_read() -> None:
    assert len(ROWS) > 25
