"""Writes the bill of materials of the hashed lock as CycloneDX 1.5, from the lock and what is installed; asks nobody."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

LOCK = Path("requirements/run.txt")
TARGET = Path("var/sbom.json")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One package of the lock: its name, version, and the SHA-256 of each file it may be installed from."""

    name: str
    version: str
    hashes: tuple[str, ...]


def main() -> int:
    """Write the bill and say how long it is."""
    pins = read_lock(LOCK.read_text("utf-8"))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(bill(pins), indent=1), "utf-8")
    print(f"{TARGET}: {len(pins)} components")
    return 0


def read_lock(text: str) -> list[Pin]:
    """Return the packages of a lock in its order."""
    pins: list[Pin] = []
    for line in text.splitlines():
        if found := _PIN.match(line):
            pins.append(Pin(found[1], found[2], ()))
        for digest in _HASH.findall(line):
            pins[-1] = Pin(pins[-1].name, pins[-1].version, (*pins[-1].hashes, digest))
    return pins


def bill(pins: list[Pin]) -> dict[str, Any]:
    """Return the bill as CycloneDX 1.5 has it."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": project["name"], "version": project["version"]}},
        "components": [component(pin) for pin in pins],
    }


def component(pin: Pin) -> dict[str, Any]:
    """Return one package as CycloneDX has it; its licence as the installed package states it, left out where it states none."""
    licence = _licence(pin.name)
    body: dict[str, Any] = {
        "type": "library",
        "name": pin.name,
        "version": pin.version,
        "purl": f"pkg:pypi/{pin.name.lower().replace('_', '-')}@{pin.version}",
        "properties": [{"name": "linden:sha256", "value": digest} for digest in pin.hashes],
    }
    return body | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def _licence(name: str) -> str | None:
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    trove = [value.rsplit(" :: ", 1)[1] for value in told.get_all("Classifier") or () if value.startswith("License ::")]
    written = [*(told.get_all("License-Expression") or ()), *trove, *(told.get_all("License") or ())]
    return next((line.partition("\n")[0] for line in written if line.strip()), None)


if __name__ == "__main__":
    sys.exit(main())
