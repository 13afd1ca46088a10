"""The file of what was changed in the encoder: each change to four bits, with one scale for every sixty-four of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

FILE = Path("data/encoder/changes.npz")
BLOCK = 64
TOP = 7  # four bits, signed and symmetric

Floats = npt.NDArray[np.float32]


def write_changes(path: Path, changes: dict[str, Floats]) -> None:
    """Write the changes that are not nought: matrices in four bits, the rest as half floats."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, change in changes.items():
        if not np.any(change):
            continue
        if change.ndim == 2 and change.size % BLOCK == 0 and change.size > 10 * BLOCK:
            arrays[f"{name}:bits"], arrays[f"{name}:scales"] = _pack(change)
            arrays[f"{name}:shape"] = np.array(change.shape, np.int32)
        else:
            arrays[f"{name}:half"] = change.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)


def read_changes(path: Path) -> dict[str, Floats]:
    """Return what `write_changes` wrote, by the name of the published tensor each is added to."""
    with np.load(path, allow_pickle=False) as arrays:
        changes = {key.removesuffix(":half"): arrays[key].astype(np.float32) for key in arrays if key.endswith(":half")}
        for key in arrays:
            if key.endswith(":bits"):
                name = key.removesuffix(":bits")
                changes[name] = _unpack(arrays[key], arrays[f"{name}:scales"]).reshape(arrays[f"{name}:shape"])
    return changes


def _pack(change: Floats) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    blocks = change.reshape(-1, BLOCK)
    scales = np.maximum(np.abs(blocks).max(1, keepdims=True) / TOP, 1e-7).astype(np.float16)
    steps = np.clip(np.rint(blocks / scales.astype(np.float32)), -TOP, TOP).astype(np.int8) + 8
    pairs = steps.astype(np.uint8).reshape(-1, 2)
    return pairs[:, 0] << 4 | pairs[:, 1], scales[:, 0]


def _unpack(bits: npt.NDArray[np.uint8], scales: npt.NDArray[np.float16]) -> Floats:
    steps = np.stack([bits >> 4, bits & 15], axis=1).astype(np.float32).reshape(-1, BLOCK) - 8
    return np.asarray(steps * scales.astype(np.float32)[:, None], np.float32)
