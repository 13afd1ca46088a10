"""Two colleagues at the helpline's desk, each with a passkey in software and an approved key."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.desk_hand import Hand


@pytest.fixture
def asha(app: Flask, keys: dict[str, Path], tmp_path: Path) -> Hand:
    return Hand(app, "asha", tmp_path).enrol()


@pytest.fixture
def ben(asha: Hand, app: Flask, tmp_path: Path) -> Hand:
    return Hand(app, "ben", tmp_path).enrol()
