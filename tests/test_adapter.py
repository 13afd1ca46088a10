"""What was changed in the encoder is kept small and comes back nearly as it was."""

from pathlib import Path

import numpy as np

from tools.adapter import read_changes, write_changes


def test_changes_come_back_within_a_sixteenth_of_the_largest(tmp_path: Path) -> None:
    made = np.random.default_rng(0)
    changes = {"layer.weight": made.normal(size=(128, 64)).astype(np.float32), "layer.bias": made.normal(size=64).astype(np.float32)}
    write_changes(tmp_path / "changes.npz", {**changes, "untouched": np.zeros((128, 64), np.float32)})
    read = read_changes(tmp_path / "changes.npz")
    assert set(read) == set(changes)
    for name, change in changes.items():
        assert read[name].shape == change.shape
        assert np.abs(read[name] - change).max() <= np.abs(change).max() / 13
    assert (tmp_path / "changes.npz").stat().st_size < 128 * 64
