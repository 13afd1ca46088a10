"""Fits the danger head on the hand-written lines, and keeps it as plain arrays.

Two logistic regressions over the sentence vector and the n-grams: danger at all, and danger now. Thresholds come from
the tenth of the training lines that neither the encoder nor the head that is measured has seen, by what a mistake costs:
of all thresholds that keep false alarms on harmless lines under ALARMS, the one that misses least; a low bar for `now`
once danger is heard, because a high risk answered as an emergency costs little and an emergency answered as a high risk
may cost a life; and for the same reason a chance of `now` that is enough by itself. The head that is kept is then fitted on every line.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from safety.encoder import Encoder
from safety.head import FILE
from safety.ngrams import PLACES, Rarity, fit_rarity, ngrams
from safety.normalise import Normaliser, plain
from tools.corpus import is_set_aside, read_danger

ALARMS = 0.05  # of the harmless lines set aside, three in ten of which were written to be mistaken for danger (docs/decisions/0016)
NOW_BAR = 0.05  # chance of `now` from which danger is treated as this minute
NOW_BY_ITSELF = 0.4  # chance of `now` that is enough where the chance of danger is not (docs/decisions/0017)
WEIGHT_OF_A_MISS = {0: 1.0, 1: 2.0}

Bools = npt.NDArray[np.bool_]


def fit(root: Path) -> dict[str, float]:
    """Fit the head under `root`, write it, and return what cross-validation gave."""
    encoder, normalise = Encoder.load(root), Normaliser.load(root)
    lines = read_danger(root)
    texts = [plain(line.text, normalise) for line in lines]
    rarity = fit_rarity(texts)
    features = hstack([csr_matrix(encoder(texts)), sparse_rows(texts, rarity)]).tocsr()
    aside = np.array([is_set_aside(line.text) for line in lines])
    danger = np.array([line.level != "none" for line in lines])
    now = np.array([line.level == "now" for line in lines])
    threshold, figures = _threshold(features, danger, now, aside)
    models = [_model().fit(features, labels) for labels in (danger, now)]
    weights = np.concatenate([model.coef_ for model in models]).astype(np.float32)
    (root / FILE).parent.mkdir(exist_ok=True)
    np.savez_compressed(
        root / FILE,
        encoder=np.array(encoder.fingerprint),
        dense=weights[:, : encoder.dimensions],
        sparse=weights[:, encoder.dimensions :],
        biases=np.concatenate([model.intercept_ for model in models]).astype(np.float32),
        thresholds=np.array([threshold, NOW_BAR, NOW_BY_ITSELF], np.float32),
        rarity=rarity,
    )
    return figures


def sparse_rows(texts: list[str], rarity: Rarity) -> csr_matrix:
    """The n-grams of every text as one matrix of shape (len(texts), PLACES)."""
    found = [ngrams(text, rarity) for text in texts]
    ends = np.cumsum([0, *(len(each.places) for each in found)])
    values, places = (np.concatenate([getattr(each, name) for each in found]) for name in ("values", "places"))
    return csr_matrix((values, places, ends), shape=(len(texts), PLACES))


def _threshold(features: csr_matrix, danger: Bools, now: Bools, aside: Bools) -> tuple[float, dict[str, float]]:
    """Choose the threshold, and return what it gives, on the lines set aside with a head fitted on the others."""
    seen, unseen = features[np.flatnonzero(~aside)], features[np.flatnonzero(aside)]
    chance, at_once = (_model().fit(seen, labels[~aside]).predict_proba(unseen)[:, 1] for labels in (danger, now))
    danger, now = danger[aside], now[aside]
    by_itself = at_once >= NOW_BY_ITSELF
    threshold = float(np.quantile(np.where(by_itself, 1.0, chance)[~danger], 1 - ALARMS))
    heard = by_itself | (chance >= threshold)
    figures = {
        "threshold": threshold,
        "danger found": float(heard[danger].mean()),
        "false alarms": float(heard[~danger].mean()),
        "now found as now": float((heard & (at_once >= NOW_BAR))[now].mean()),
    }
    return threshold, {name: round(value, 4) for name, value in figures.items()}


def _model() -> LogisticRegression:
    return LogisticRegression(C=0.1, class_weight=WEIGHT_OF_A_MISS, max_iter=500, solver="liblinear", random_state=0)


if __name__ == "__main__":
    print(fit(Path.cwd()))
