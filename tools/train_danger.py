"""Fits the danger head on the hand-written lines, and keeps it as plain arrays.

Two logistic regressions over the sentence vector: danger at all, and danger now. Thresholds come from five-fold
cross-validation on the training lines alone: the danger threshold is the highest that still finds FIND of dangerous
lines, so that a missed danger, which costs most, is bounded first.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from safety.encoder import Encoder, Vectors
from safety.head import FILE
from safety.normalise import Normaliser
from tools.corpus import plain, read_danger

FIND_DANGER = 0.85  # of dangerous lines in cross-validation
FIND_NOW = 0.85  # of lines that are now, among those found dangerous
WEIGHT_OF_A_MISS = {0: 1.0, 1: 2.0}


def fit(root: Path) -> dict[str, float]:
    """Fit the head under `root`, write it, and return what cross-validation gave."""
    encoder, normalise = Encoder.load(root), Normaliser.load(root)
    lines = read_danger(root)
    vectors = encoder([plain(line.text, normalise) for line in lines])
    danger = np.array([line.level != "none" for line in lines])
    now = np.array([line.level == "now" for line in lines])
    models = [_model().fit(vectors, danger), _model().fit(vectors, now)]
    thresholds, figures = _thresholds(vectors, danger, now)
    (root / FILE).parent.mkdir(exist_ok=True)
    np.savez(
        root / FILE,
        encoder=np.array(encoder.fingerprint),
        weights=np.concatenate([model.coef_ for model in models]).astype(np.float32),
        biases=np.concatenate([model.intercept_ for model in models]).astype(np.float32),
        thresholds=np.array(thresholds, np.float32),
    )
    return figures


def _thresholds(vectors: Vectors, danger: npt.NDArray[np.bool_], now: npt.NDArray[np.bool_]) -> tuple[list[float], dict[str, float]]:
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    chance = cross_val_predict(_model(), vectors, danger, cv=folds, method="predict_proba")[:, 1]
    at_once = cross_val_predict(_model(), vectors, now, cv=folds, method="predict_proba")[:, 1]
    first = float(np.quantile(chance[danger], 1 - FIND_DANGER))
    second = float(np.quantile(at_once[now], 1 - FIND_NOW))
    heard = chance >= first
    figures = {
        "danger found": float(heard[danger].mean()),
        "false alarms": float(heard[~danger].mean()),
        "now found as now": float((heard & (at_once >= second))[now].mean()),
    }
    return [first, second], figures


def _model() -> LogisticRegression:
    return LogisticRegression(C=5.0, class_weight=WEIGHT_OF_A_MISS, max_iter=500, solver="liblinear", random_state=0)


if __name__ == "__main__":
    print(fit(Path.cwd()))
