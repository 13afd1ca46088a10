"""On a machine without browsers their tests are skipped and say what is missing; in CI they fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

NEED_A_BROWSER = (
    "test_leaving.py::test_c_shift_three_times_leaves_before_anything_was_touched",
    "test_helpline_desk.py::test_it_fits_a_phone",
    "test_helpline_directory.py::test_it_fits_a_phone",
    "test_counts_page.py::test_a_month_prints_on_two_sheets",
)
LACKING = ("chromium", "firefox-esr", "WebKitWebDriver")


@pytest.mark.parametrize(("ci", "outcome", "code"), [("", "6 skipped", 0), ("true", "1 failed, 5 errors", 1)], ids=["at home", "CI"])
def test_a_missing_browser_is_said_and_in_ci_it_is_a_failure(tmp_path: Path, ci: str, outcome: str, code: int) -> None:
    (tmp_path / "node").symlink_to("/bin/true")  # so that the browsers alone are missing
    env = {**os.environ, "PATH": str(tmp_path), "CI": ci}
    command = [sys.executable, "-m", "pytest", "-rsfE", *(f"tests/browser/{each}" for each in NEED_A_BROWSER)]
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert outcome in told.stdout.splitlines()[-1], told.stdout
    assert told.returncode == code
    assert [each for each in LACKING if f"not on this machine: {each}" not in told.stdout] == []
