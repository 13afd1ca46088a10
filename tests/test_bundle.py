"""The bundle the page loads is the one its sources and lock file make: built again, byte for byte, where npm is there."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

BUNDLE = ROOT / "webhook/static/seal-hpke.js"


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not here; the bundle is committed, and nobody needs it to run Linden")
def test_building_the_bundle_again_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc", "build.js", "hpke.js"):
        shutil.copy(ROOT / "tools/hpke" / name, tmp_path / name)
    env = os.environ | {"npm_config_cache": str(tmp_path / "cache")}
    fetched = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False)
    if fetched.returncode != 0:
        pytest.skip("the two packages could not be fetched here")
    built = tmp_path / "built.js"
    subprocess.run(["node", "build.js", str(built)], cwd=tmp_path, check=True, timeout=60)
    assert built.read_bytes() == BUNDLE.read_bytes()


def test_the_bundle_loads_nothing_from_elsewhere_and_runs_no_text() -> None:
    code = BUNDLE.read_text("utf-8")
    for forbidden in ("http://", "https://", "eval(", "new Function", "fetch(", "localStorage", "document."):
        assert forbidden not in code
    assert re.findall(r"import\(([^)]*)\)", code) == ['"crypto"'], (
        "Node's own, tried only where there is no WebCrypto; the form is then not sealed here"
    )
